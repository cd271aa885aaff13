"""From a request to a document that may run: parsed and validated once, then found by its text."""

from dataclasses import dataclass
from functools import lru_cache

import strawberry
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    VariableDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.values import get_variable_values
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from realtime.requests import Refused, Request, refusal
from schema.costs import cost_of
from schema.errors import MOST_ERRORS, refused, refused_by_parser
from schema.limits import check_limits
from schema.persisted import LONGEST_KEPT, Persisted
from settings import settings


@dataclass(frozen=True)
class Prepared:
    """A valid operation with its variables, as the client gave them, and what it costs."""

    document: DocumentNode
    operation: OperationDefinitionNode
    text: str
    variables: dict[str, object]
    cost: int

    @property
    def kind(self) -> str:
        """Return `query`, `mutation` or `subscription`."""
        return self.operation.operation.value

    @property
    def name(self) -> str | None:
        return self.operation.name.value if self.operation.name else None


@dataclass(frozen=True)
class _Document:
    node: DocumentNode
    operations: tuple[OperationDefinitionNode, ...]
    fragments: dict[str, FragmentDefinitionNode]


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """Return the graphql-core schema that Strawberry built."""
    return schema._schema  # pyright: ignore[reportPrivateUsage] - it has no public name


class Documents:
    """The documents of one schema."""

    def __init__(self, schema: strawberry.Schema, *, introspection: bool, suggestions: bool) -> None:
        self._schema = core_schema(schema)
        self._hides_suggestions = not suggestions
        hidden = () if introspection else (NoSchemaIntrospectionCustomRule,)
        self._rules = (*specified_rules, MaybeNullValidationRule, *hidden)
        self._persisted = Persisted(settings.documents_cached)
        self._cached = lru_cache(settings.documents_cached)(self._document)

    def prepare(self, request: Request) -> Prepared:
        """Return what the request may run. Raises Refused when it may run nothing."""
        text = self._persisted.text(request)
        # a long text is not worth its memory: tokens are few, so most of it is white space
        document = self._cached(text) if len(text) <= LONGEST_KEPT else self._document(text)
        self._persisted.keep(text, request)
        operation = _chosen(document.operations, request.operation_name)
        variables = request.variables or {}
        coerced = self._coerced(operation.variable_definitions or (), variables)
        cost = cost_of(self._schema, operation, document.fragments, coerced)
        return Prepared(document.node, operation, text, variables, cost)

    def keep(self, text: str) -> None:
        """Keep a document of ours, so that its sha256 is enough from the first request on."""
        self._persisted.keep(text)

    def _document(self, text: str) -> _Document:
        node = _parsed(text)
        check_limits(node)
        errors = validate(
            self._schema,
            node,
            self._rules,
            max_errors=MOST_ERRORS,
            hide_suggestions=self._hides_suggestions,
        )
        if errors:
            raise refused(errors, "GRAPHQL_VALIDATION_FAILED")
        return _split(_parsed(text, no_location=True))

    def _coerced(
        self, definitions: tuple[VariableDefinitionNode, ...], variables: dict[str, object]
    ) -> dict[str, object]:
        coerced = get_variable_values(
            self._schema,
            definitions,
            variables,
            max_errors=MOST_ERRORS,
            hide_suggestions=self._hides_suggestions,
        )
        if isinstance(coerced, list):
            raise refused(coerced, "BAD_USER_INPUT")
        return coerced.coerced


def _parsed(text: str, *, no_location: bool = False) -> DocumentNode:
    """Parse a text. Locations take twelve times the memory of the rest: kept documents have none."""
    if len(text) > settings.query_characters:
        message = f"A document has at most {settings.query_characters} characters. Use variables."
        raise refusal(message, "QUERY_TOO_EXPENSIVE")
    most = settings.query_tokens
    try:
        return parse(text, no_location, max_lexical_tokens=most, max_comments=most)
    except GraphQLSyntaxError as error:
        raise refused_by_parser(error) from None
    except GraphQLError as error:
        raise refused([error], "GRAPHQL_PARSE_FAILED") from None


def _split(node: DocumentNode) -> _Document:
    operations = (d for d in node.definitions if isinstance(d, OperationDefinitionNode))
    fragments = (d for d in node.definitions if isinstance(d, FragmentDefinitionNode))
    return _Document(node, tuple(operations), {each.name.value: each for each in fragments})


def _chosen(operations: tuple[OperationDefinitionNode, ...], name: str | None) -> OperationDefinitionNode:
    if name is not None:
        for operation in operations:
            if operation.name and operation.name.value == name:
                return operation
        raise _unresolved("The document has no operation of this name.")
    if len(operations) != 1:
        raise _unresolved("The document has several operations: say which in `operationName`.")
    return operations[0]


def _unresolved(message: str) -> Refused:
    return refusal(message, "OPERATION_RESOLUTION_FAILURE")
