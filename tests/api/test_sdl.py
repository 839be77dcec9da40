"""The schema as client developers read it."""

from pathlib import Path

import graphql
import pytest

from schema import schema

TYPES = {name: each for name, each in schema._schema.type_map.items() if not name.startswith("__")}


def test_the_printed_schema_is_the_one_that_is_served():
    """Refresh it with `python manage.py export_schema schema:schema > schema/schema.graphql`."""
    printed = Path(__file__).parents[2] / "schema" / "schema.graphql"

    assert printed.read_text() == schema.as_str() + "\n"


@pytest.mark.parametrize("name", TYPES)
def test_everything_is_described(name):
    described = TYPES[name]

    assert described.description
    for field_name, field in getattr(described, "fields", {}).items():
        assert field.description, f"{name}.{field_name}"
        for argument_name, argument in getattr(field, "args", {}).items():
            assert argument.description, f"{name}.{field_name}({argument_name}:)"
    for value_name, value in getattr(described, "values", {}).items():
        assert value.description, f"{name}.{value_name}"


def test_the_arguments_of_each_page_are_described_alike():
    fields = TYPES["Query"].fields
    names = ("before", "after", "first", "last")

    inbox, *others = (
        [fields[field].args[name].description for name in names]
        for field in ("inbox", "invitations", "users", "blockedUsers")
    )

    assert len(set(inbox)) == len(names)
    assert others == [inbox] * 3


@pytest.mark.parametrize("name", TYPES)
def test_nothing_internal_shows(name):
    internal = {"pk", "pair", "memberskey", "fingerprint", "digest", "secret", "changedat"}
    internal |= {"password", "email", "lastlogin", "isstaff", "issuperuser", "conversationptr"}
    # The one place where a secret is told, once.
    internal -= {"secret"} if name == "CreateTokenPayload" else set()

    fields = getattr(TYPES[name], "fields", {})

    assert not internal & {field.replace("_", "").lower() for field in fields}


def test_each_enum_is_there_once():
    enums = [each for each in TYPES.values() if isinstance(each, graphql.GraphQLEnumType)]
    values = [tuple(each.values) for each in enums]

    assert len(set(values)) == len(values)
    assert {each.name for each in enums} == {
        "AttachmentState",
        "ConversationCapability",
        "ConversationChangeKind",
        "ConversationKind",
        "MessageCapability",
        "MessageKind",
        "MessageRemoval",
        "NotificationLevel",
        "ParticipationRole",
        "ParticipationStatus",
        "RefusalCode",
    }


def test_each_mutation_takes_an_input_and_answers_a_payload_or_a_refusal():
    for name, field in schema._schema.mutation_type.fields.items():
        pascal = name[0].upper() + name[1:]

        assert {key: str(each.type) for key, each in field.args.items()} == {
            "input": f"{pascal}Input!"
        }
        assert str(field.type) == f"{pascal}Result!"
        members = [each.name for each in field.type.of_type.types]
        assert members == [f"{pascal}Payload", "Refusal"]


def test_payloads_and_refusals_can_be_selected_side_by_side():
    """GraphQL forbids one name for two types in one selection."""
    refusal = schema._schema.type_map["Refusal"].fields
    for name, each in TYPES.items():
        if name.endswith("Payload"):
            assert not set(each.fields) & set(refusal), name


def test_clients_can_be_built_from_what_is_printed():
    document = graphql.build_schema(schema.as_str())

    assert not graphql.validate_schema(document)
    assert set(document.type_map) == set(schema._schema.type_map)
