"""The static cost of an operation: a field 1, a connection 1 + page times what a row costs."""

from collections.abc import Mapping

from graphql import (
    ArgumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
)

from realtime.requests import refusal
from schema.limits import INTROSPECTION
from settings import settings

PAGE = 25  # rows of a connection when neither `first` nor `last` is given
LARGEST_PAGE = 100  # the resolvers refuse a larger one, in better words
INTROSPECTION_COST = 1000  # it reads the whole schema, whatever it selects


def cost_of(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, object],
) -> int:
    """Return the cost of a valid operation run with these coerced variables.

    Refuses one over `settings.query_cost`, and a list of more than `settings.query_ids` ids.
    """
    root = schema.get_root_type(operation.operation)
    cost = _Prices(schema, fragments, variables).selections(operation.selection_set, root)
    if cost > settings.query_cost:
        message = f"This operation costs {cost} points; at most {settings.query_cost} are allowed."
        raise refusal(message, "QUERY_TOO_EXPENSIVE")
    return cost


class _Prices:
    """Prices the selections of one operation, each fragment once."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, object],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._priced: dict[str, int] = {}

    def selections(self, selections: SelectionSetNode | None, on: GraphQLNamedType | None) -> int:
        if selections is None:
            return 0
        return sum(self._selection(selection, on) for selection in selections.selections)

    def _selection(self, selection: SelectionNode, on: GraphQLNamedType | None) -> int:
        if isinstance(selection, FieldNode):
            return self._field(selection, on)
        if isinstance(selection, FragmentSpreadNode):
            return self._fragment(selection.name.value)
        assert isinstance(selection, InlineFragmentNode)
        condition = selection.type_condition
        inner = self._schema.get_type(condition.name.value) if condition else on
        return self.selections(selection.selection_set, inner)

    def _field(self, field: FieldNode, on: GraphQLNamedType | None) -> int:
        name = field.name.value
        if name in INTROSPECTION:
            return INTROSPECTION_COST
        is_composite = isinstance(on, GraphQLObjectType | GraphQLInterfaceType)
        definition = on.fields.get(name) if is_composite else None
        if definition is None or field.selection_set is None:
            return 1
        child = self.selections(field.selection_set, get_named_type(definition.type))
        return 1 + self._rows(field, definition) * child

    def _fragment(self, name: str) -> int:
        if name not in self._priced:
            fragment = self._fragments[name]
            on = self._schema.get_type(fragment.type_condition.name.value)
            self._priced[name] = self.selections(fragment.selection_set, on)
        return self._priced[name]

    def _rows(self, field: FieldNode, definition: GraphQLField) -> int:
        """Return how many rows the field asks for: its page, its ids, or the one it is."""
        given = {argument.name.value: argument for argument in field.arguments or ()}
        if "ids" in given:
            return self._ids(given["ids"])
        if "first" not in definition.args:
            return 1
        asked = [self._number(given[name].value) for name in ("first", "last") if name in given]
        pages = [page for page in asked if page is not None]
        return max(1, min(max(pages, default=PAGE), LARGEST_PAGE))

    def _number(self, value: ValueNode) -> int | None:
        if isinstance(value, IntValueNode):
            return int(value.value)
        found = self._variables.get(value.name.value) if isinstance(value, VariableNode) else None
        return found if isinstance(found, int) else None

    def _ids(self, argument: ArgumentNode) -> int:
        value: object = argument.value
        if isinstance(value, VariableNode):
            value = self._variables.get(value.name.value)
        ids = value.values if isinstance(value, ListValueNode) else value
        count = len(ids) if isinstance(ids, list | tuple) else 1
        if count > settings.query_ids:
            message = f"At most {settings.query_ids} ids are allowed in one argument."
            raise refusal(message, "BAD_USER_INPUT")
        return max(1, count)
