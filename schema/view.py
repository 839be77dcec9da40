"""GraphQL over HTTP: the Django view for queries, mutations, event streams and GraphiQL."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _
from strawberry.django.views import GraphQLView as StrawberryView
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult

from talk.conf import conf
from talk.log_context import HEADER, LogContext, new_id

from .authentication import Authorization, authenticate, rates
from .authentication.context import Context
from .documents.request import Request, decode, encode, request_of, with_request_id
from .error_masking import count_errors, public_error
from .errors import BadRequest, CsrfFailed, PublicError
from .not_executed import is_refused, refuse
from .operation import Operation
from .transport import sse
from .transport.negotiation import JSON, media_type, wants_events, wants_page
from .transport.request_ids import BEGUN

if TYPE_CHECKING:
    from .execution import Schema

#: The HTTP status of an answer without data, by the code of its error; 400 for other codes.
STATUSES = {
    # Other servers answer 200, and clients then send the document.
    "PERSISTED_QUERY_NOT_SUPPORTED": HTTPStatus.OK,
    "UNAUTHENTICATED": HTTPStatus.UNAUTHORIZED,
    "CSRF_FAILED": HTTPStatus.FORBIDDEN,
    "RATE_LIMITED": HTTPStatus.TOO_MANY_REQUESTS,
    "INTERNAL": HTTPStatus.INTERNAL_SERVER_ERROR,
    "UNAVAILABLE": HTTPStatus.SERVICE_UNAVAILABLE,
}


class HttpError(Exception):
    """A request that is refused by its method, headers or length, before its body is parsed."""

    def __init__(
        self, status: HTTPStatus, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self.error, self.headers = status, BadRequest(message), headers or {}


class CsrfCheck(CsrfViewMiddleware):
    """Django's check against cross-site request forgery. Raises `CsrfFailed`, a GraphQL error."""

    def _reject(self, request: HttpRequest, reason: str) -> NoReturn:
        raise CsrfFailed(str(reason))


class GraphQLView(StrawberryView[Context, None]):
    """One URL for queries, mutations, event streams, and the page of GraphiQL."""

    schema: "Schema"
    # Strawberry's own page loads its scripts from a CDN. `transport.graphiql` renders Talk's.
    graphql_ide = None
    allow_queries_via_get = False

    # Each verb commits its own transaction. With `ATOMIC_REQUESTS` there would be another around
    # it, and an error after the verb would undo what its answer says was done.
    @transaction.non_atomic_requests
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if BEGUN in getattr(request, "scope", ()):
            # The ASGI application adds the header.
            return self._answer(request)
        with LogContext(new_id(request.headers.get(HEADER))) as found:
            response = self._answer(request)
        response.headers[HEADER] = found.request_id
        return response

    # `get_context` makes Django's check for requests with a session. Browsers send no token unless
    # a page of the token's own site does. (Django's decorator would wrap each call.)
    dispatch.csrf_exempt = True  # type: ignore[attr-defined]

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        # Not every project has a middleware that checks the host. Django answers a bad one.
        request.get_host()
        try:
            if request.method == "GET" and _shows_page():
                return _page(request)
            _check_headers(request)
            return self._stream(request) if wants_events(request) else self.run(request=request)
        except HttpError as refused:
            count_errors([refused.error])
            body: GraphQLHTTPResponse = {"errors": [refused.error.formatted]}
            return self._respond(body, refused.status, refused.headers)
        except Exception as error:
            public = public_error(error)
            count_errors([public])
            body = {"errors": [public.formatted]}
            return self._respond(body, _status(body))

    def get_sub_response(self, request: HttpRequest) -> Any:
        """None: no resolver of this schema sets headers of the response."""

    def get_context(self, request: HttpRequest, response: object) -> Context:
        authorization = Authorization.of(request)
        with rates.counting_failures(request, authorization):
            identity = authenticate(request, authorization)
        context = Context(request, identity)
        if identity is not None and identity.session:
            _check_csrf(request, context)
        return context

    def execute_operation(
        self, request: HttpRequest, context: Context, root_value: None, sub_response: object
    ) -> ExecutionResult:
        result = self.schema.answer(self._operation(request, context))
        return result or refuse(BadRequest(_("Subscriptions need a WebSocket or event stream.")))

    def _stream(self, request: HttpRequest) -> HttpResponseBase:
        if not isinstance(request, ASGIRequest):
            raise HttpError(HTTPStatus.NOT_ACCEPTABLE, _("This server has no event streams."))
        context = self.get_context(request, None)
        operation = self._operation(request, context)
        answer = self.schema.answer(operation)
        if answer is not None:
            return self.create_response(self.process_result(request, answer), None)
        if context.identity is not None:
            context.look_up_blocks()
        # The stream would keep this thread's database connection for as long as it is open.
        close_old_connections()
        return sse.respond(self.schema, operation, request.scope)

    def _operation(self, request: HttpRequest, context: Context) -> Operation:
        return self.schema.operation(_request_in(request, context), context)

    def encode_json(self, data: object) -> bytes:
        return encode(data)

    def process_result(self, request: HttpRequest, result: ExecutionResult) -> GraphQLHTTPResponse:
        response = super().process_result(request, result)
        if is_refused(result):
            # The specification has no `data` in a result where nothing was executed.
            del response["data"]
        return response

    def create_response(self, response_data: Any, sub_response: object) -> HttpResponseBase:
        is_ok = "data" in response_data or media_type(self.request) == JSON
        return self._respond(response_data, HTTPStatus.OK if is_ok else _status(response_data))

    def _respond(
        self,
        body: GraphQLHTTPResponse,
        status: HTTPStatus,
        headers: Mapping[str, str] | None = None,
    ) -> HttpResponse:
        kind = f"{media_type(self.request)}; charset=utf-8"
        response = HttpResponse(
            self.encode_json(with_request_id(body)),
            content_type=kind,
            status=status,
            headers=headers,
        )
        # Without it servers send chunks, and proxies can't tell how long the response is.
        response.headers["Content-Length"] = str(len(response.content))
        response.headers["Vary"] = "Accept"
        # Answers are private.
        response.headers["Cache-Control"] = "no-store"
        if status == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = "Bearer"
        if (seconds := _first_error(body).get("retryAfter")) and "data" not in body:
            response.headers["Retry-After"] = str(seconds)
        return response


def _request_in(request: HttpRequest, context: Context) -> Request:
    """The GraphQL request in the body. A body without one counts against the rate limits, too."""
    try:
        return request_of(decode(request.body))
    except PublicError:
        rates.count(context)
        raise


def _shows_page() -> bool:
    return bool(settings.DEBUG if conf.GRAPHIQL is None else conf.GRAPHIQL)


def _page(request: HttpRequest) -> HttpResponse:
    if not wants_page(request):
        raise HttpError(HTTPStatus.NOT_ACCEPTABLE, _("Send queries with POST."))
    from .transport.graphiql import render_graphiql

    return render_graphiql(request)


def _check_headers(request: HttpRequest) -> None:
    if request.method != "POST":
        allowed = "GET, POST" if _shows_page() else "POST"
        raise HttpError(HTTPStatus.METHOD_NOT_ALLOWED, _("Use POST."), {"Allow": allowed})
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    if request.content_type != JSON or charset not in {"utf-8", "utf8"}:
        raise HttpError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _("Send application/json in UTF-8."))
    try:
        # The header is checked first, since reading a long body takes long.
        length, most = int(request.META.get("CONTENT_LENGTH") or 0), conf.MAX_REQUEST_SIZE
        if max(length, 0 if length > most else len(request.body)) > most:
            raise RequestDataTooBig
    except RequestDataTooBig:
        message = _("A request has at most %(size)d bytes.") % {"size": conf.MAX_REQUEST_SIZE}
        raise HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message) from None
    except (ValueError, UnreadablePostError):
        raise HttpError(HTTPStatus.BAD_REQUEST, _("The body can't be read.")) from None


def _check_csrf(request: HttpRequest, context: Context) -> None:
    check = CsrfCheck(lambda request: HttpResponse())
    try:
        check.process_request(request)
        check.process_view(request, None, (), {})  # type: ignore[arg-type]
    except CsrfFailed:
        rates.count(context)
        raise


def _status(body: GraphQLHTTPResponse) -> HTTPStatus:
    return STATUSES.get(_first_error(body)["code"], HTTPStatus.BAD_REQUEST)


def _first_error(body: GraphQLHTTPResponse) -> dict[str, Any]:
    """The extensions of the first error."""
    errors: Any = body.get("errors") or [{}]
    extensions: dict[str, Any] = errors[0].get("extensions", {})
    return extensions
