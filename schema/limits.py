"""What a document may look like: weighed in one pass, before anything else works on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graphql import (
    DefinitionNode,
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
)

from realtime.requests import Refused, refusal
from settings import settings

INTROSPECTION = frozenset({"__schema", "__type"})
LEVELS = 100  # of selections and fragments inside each other; each takes two frames of the stack


@dataclass(frozen=True)
class Weight:
    """What selections amount to once all fragments are written out."""

    fields: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    root_fields: int = 0

    def plus(self, other: "Weight") -> "Weight":
        return Weight(
            self.fields + other.fields,
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.root_fields + other.root_fields,
        )


def check_limits(document: DocumentNode) -> None:
    """Refuse a document of which a definition is over a limit, used or not.

    Linear in the document: each fragment is weighed once. What is wrong with it otherwise,
    such as a cycle or an unknown fragment, is the validator's to report.
    """
    scales = _Scales(document)
    for definition in document.definitions:
        weight = scales.definition(definition)
        for limit in _limits():
            if limit.of(weight) > limit.most:
                raise _over(f"at most {limit.most} {limit.what}")


@dataclass(frozen=True)
class _Limit:
    what: str
    attribute: str
    most: int

    def of(self, weight: Weight) -> int:
        return int(getattr(weight, self.attribute))


def _limits() -> tuple[_Limit, ...]:
    return (
        _Limit("fields in all", "fields", settings.query_cost),
        _Limit("levels of fields", "depth", settings.query_depth),
        _Limit("aliases", "aliases", settings.query_aliases),
        _Limit("directives", "directives", settings.query_directives),
        _Limit("root fields", "root_fields", settings.query_root_fields),
    )


class _Scales:
    """Weighs the definitions of one document, each fragment once."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._weighed: dict[str, Weight] = {}
        self._spreads = 0

    def definition(self, definition: DefinitionNode) -> Weight:
        if isinstance(definition, FragmentDefinitionNode):
            # how deep it lies, and whether at the root, only the operation around it knows
            return replace(self._fragment(definition.name.value, 0), depth=0, root_fields=0)
        if not isinstance(definition, ExecutableDefinitionNode):
            return Weight()
        weight = self._selections(definition.selection_set, 0)
        return weight.plus(Weight(directives=_directives(definition)))

    def _selections(self, selections: SelectionSetNode | None, level: int) -> Weight:
        if selections is None:
            return Weight()
        if level > LEVELS:
            raise _over(f"at most {LEVELS} levels of fragments")
        self._count_spreads(selections.selections)
        total = Weight()
        for selection in selections.selections:
            total = total.plus(self._selection(selection, level))
        return total

    def _selection(self, selection: SelectionNode, level: int) -> Weight:
        own = Weight(directives=len(selection.directives or ()))
        if isinstance(selection, FragmentSpreadNode):
            return own.plus(self._fragment(selection.name.value, level + 1))
        if isinstance(selection, InlineFragmentNode):
            return own.plus(self._selections(selection.selection_set, level + 1))
        assert isinstance(selection, FieldNode)
        inner = self._selections(selection.selection_set, level + 1)
        if selection.name.value in INTROSPECTION:
            inner = _introspection(inner)
        return Weight(
            fields=inner.fields + 1,
            depth=inner.depth + 1,
            aliases=inner.aliases + (selection.alias is not None),
            directives=inner.directives + own.directives,
            root_fields=1,
        )

    def _fragment(self, name: str, level: int) -> Weight:
        if name not in self._weighed:
            self._weighed[name] = Weight()  # a fragment inside itself is met here, and adds nothing
            fragment = self._fragments.get(name)
            own = Weight(directives=_directives(fragment) if fragment else 0)
            inner = self._selections(fragment.selection_set if fragment else None, level)
            self._weighed[name] = own.plus(inner)
        return self._weighed[name]

    def _count_spreads(self, selections: Sequence[SelectionNode]) -> None:
        """Count what the validator compares pair by pair: fragments, and fields of one name."""
        fields = [selection for selection in selections if isinstance(selection, FieldNode)]
        names = {(field.alias or field.name).value for field in fields}
        self._spreads += len(selections) - len(names)
        if self._spreads > settings.query_spreads:
            raise _over(f"at most {settings.query_spreads} fragments and repeated fields")


def _introspection(inner: Weight) -> Weight:
    """Introspection is as deep as types are wrapped; the validator bounds its nested lists."""
    if inner.aliases:
        raise _over("no aliases inside introspection")
    return replace(inner, depth=0)


def _directives(definition: ExecutableDefinitionNode) -> int:
    """Return how many directives stand on a definition and on its variables."""
    return len(definition.directives or ()) + sum(
        len(variable.directives or ()) for variable in definition.variable_definitions or ()
    )


def _over(limit: str) -> Refused:
    return refusal(f"This document asks for too much: {limit}.", "QUERY_TOO_EXPENSIVE")
