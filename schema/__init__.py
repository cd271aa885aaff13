"""The GraphQL faces: per noun its types, inputs, queries, mutations and subscriptions."""

from schema import vocabulary as vocabulary  # gives the product's enums their names, before any type
from schema import workspace_vocabulary as workspace_vocabulary
