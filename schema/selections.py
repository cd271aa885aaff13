"""What a request selects below the field that is being resolved."""

# pyright: reportPrivateUsage=false

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionNode

from schema.context import Info


def names_below(info: Info) -> set[str]:
    """Return the names of all fields selected below this one, however deep.

    Each fragment is read once; Strawberry's `info.selected_fields` unfolds them, which a request of
    some hundred bytes makes take seconds.
    """
    request = info._raw_info
    names, seen = set[str](), set[str]()
    nodes: list[SelectionNode | FragmentDefinitionNode] = list(request.field_nodes)
    while nodes:
        node = nodes.pop()
        if isinstance(node, FragmentSpreadNode):
            if (name := node.name.value) not in seen:
                seen.add(name)
                nodes.append(request.fragments[name])
            continue
        if isinstance(node, FieldNode):
            names.add(node.name.value)
        selected = getattr(node, "selection_set", None)
        nodes.extend(selected.selections if selected else ())
    return names
