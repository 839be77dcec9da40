"""Finds the user whom a JSON Web Token names, and creates one where that is configured."""

import logging
import re
import unicodedata
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext as _

from talk.text import is_storable

from ..errors import AuthenticationFailed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

#: The e-mail address from which `problems` tries to derive a user name.
SAMPLE = "somebody@example.com"


def user_of(claim: object, name: str, *, create: bool) -> "User":
    """The user whose field `name` is `claim`; without a `name`, the field is `USERNAME_FIELD`.

    With `create`, an unknown user is created, without a usable password. Raises
    `AuthenticationFailed` if the claim is no value of the field, or fits no user, or several.
    """
    field = _field(name)
    value = _value(claim, field)
    user = _find(field, value) or (_create(field, value) if create else None)
    if user is None:
        raise invalid_token()
    return user


def invalid_token() -> AuthenticationFailed:
    return AuthenticationFailed(_("This token is not valid."))


def problems(name: str, *, create: bool) -> Iterator[tuple[bool, str]]:
    """Why `user_of` can't work with the user model: whether it fails for all tokens, and why."""
    users = get_user_model()
    try:
        field = _field(name)
    except FieldDoesNotExist:
        yield True, f'USER_FIELD names "{name}", which the user model does not have.'
        return
    if field.is_relation:
        yield True, f'USER_FIELD names "{name}", which refers to another model.'
        return
    if not (_is_unique(field) or _is_unique_without_case(field)):
        yield (
            False,
            f'USER_FIELD names "{field.name}", which two users can share: both are refused.',
        )
    if not create:
        return
    given = {field.name, "password", users.USERNAME_FIELD}
    if missing := [each.name for each in _concrete() if each.name not in given and _needs(each)]:
        yield True, f"CREATE_USERS can't fill what the user model needs: {', '.join(missing)}."
    if field.name != users.USERNAME_FIELD and not next(_usernames(SAMPLE), None):
        yield True, f'CREATE_USERS can\'t derive a value of "{users.USERNAME_FIELD}".'


def _field(name: str) -> Any:
    users = get_user_model()
    return users._meta.get_field(name or users.USERNAME_FIELD)


def _value(claim: object, field: Any) -> Any:
    # A boolean is an integer in Python. An empty claim would fit users without a value.
    if isinstance(claim, bool) or not isinstance(claim, str | int):
        raise invalid_token()
    text = str(claim)
    if not text.strip() or not is_storable(text):
        raise invalid_token()
    if _is_email(field) and (normalize := getattr(_people(), "normalize_email", None)):
        text = normalize(text)
    try:
        value = field.clean(text, None)
    except (ValidationError, ValueError, TypeError, OverflowError):
        raise invalid_token() from None
    # Python reads "1_0" and "007" as numbers.
    if isinstance(value, int) and str(value) != text:
        raise invalid_token()
    return value


def _find(field: Any, value: Any, manager: str = "_default_manager") -> "User | None":
    """The one user with this value. E-mail addresses are compared without case."""
    people: Any = getattr(get_user_model(), manager)
    found = []
    # A unique index answers the first query. The second may have to read the whole table.
    if not _is_email(field) or _is_unique(field):
        found = list(people.filter(**{field.name: value})[:2])
    if not found and _is_email(field):
        alike = people.filter(**{f"{field.name}__iexact": value})[:10]
        # Databases take the Turkish dotless i for an i.
        found = [each for each in alike if _folded(getattr(each, field.name)) == _folded(value)]
    if len(found) > 1:
        logger.warning("A token names more than one account: %s", [each.pk for each in found])
        raise AuthenticationFailed(_("This token names more than one account."))
    return found[0] if found else None


def _create(field: Any, value: Any) -> "User | None":
    users = get_user_model()
    if _find(field, value, "_base_manager"):
        # Another request has just created this user, or the project's manager hides it.
        return _find(field, value)
    given = {field.name: value, "password": make_password(None)}
    names = [{}] if field.name == users.USERNAME_FIELD else _name_candidates(f"{value}")
    for named in names:
        try:
            with transaction.atomic():
                created: User = _people().create(**given, **named)
                return created
        except IntegrityError:
            # Another user has the name, or another request has just created this user.
            if user := _find(field, value):
                return user
        except (DataError, ValidationError, ValueError):
            break
    logger.error("A token names somebody new who could not be created; see manage.py check")
    return None


def _name_candidates(value: str) -> Iterator[dict[str, str]]:
    """The user name of a new user as keyword arguments, each candidate in turn."""
    username: Any = _field("")
    if username.has_default() or username.null:
        yield {}
    yield from ({username.name: name} for name in _usernames(value))


def _usernames(value: str) -> Iterator[str]:
    """Candidates for the name of a new user, always the same in the same order.

    So of two requests that create the same user, one fails. A whole e-mail address is no
    candidate, as other users would see it.
    """
    field: Any = _field("")
    name = re.sub(r"[^\w.+-]+", "-", value.rpartition("@")[0] or value).casefold()
    digest = sha256(_folded(value).encode()).hexdigest()[:8]
    most = (field.max_length or 150) - len(digest) - 1
    for candidate in (name[:most], f"{name[:most]}-{digest}", digest):
        try:
            if field.clean(candidate, None) == candidate:
                yield candidate
        except (ValidationError, ValueError, TypeError):
            continue


def _needs(field: Any) -> bool:
    """Whether a new user can't be saved without a given value of `field`."""
    if field.null or field.has_default() or field.has_db_default() or field.generated:
        return False
    fills_itself = isinstance(field, models.AutoField) or getattr(field, "auto_now_add", False)
    fills_itself = fills_itself or getattr(field, "auto_now", False)
    return not fills_itself and (field.unique or not field.empty_strings_allowed)


def _concrete() -> Any:
    return get_user_model()._meta.concrete_fields


def _is_email(field: Any) -> bool:
    users = get_user_model()
    return isinstance(field, models.EmailField) or field.name == users.get_email_field_name()


def _is_unique(field: Any) -> bool:
    """Whether a constraint keeps two users from having the same value of `field`."""
    constraints = get_user_model()._meta.total_unique_constraints
    return field.unique or any(each.fields == (field.name,) for each in constraints)


def _is_unique_without_case(field: Any) -> bool:
    """Whether a constraint keeps two users from having values that differ in case alone."""
    constraints = get_user_model()._meta.constraints
    unique = (each for each in constraints if isinstance(each, models.UniqueConstraint))
    terms: list[Any] = [each.expressions[0] for each in unique if len(each.expressions) == 1]
    changed = (each.source_expressions[0] for each in terms if isinstance(each, Upper | Lower))
    return any(getattr(each, "name", None) == field.name for each in changed)


def _people() -> Any:
    return get_user_model()._default_manager


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
