"""The platform's own API of calls. Nothing is decided here."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from calls.analysis.turns import BadTurn
from calls.api.base import CallsView
from calls.api.platform import serializers as shapes
from calls.exceptions import TranscriptTooLong
from calls.lifecycle.end import end
from calls.lifecycle.lookup import get_call
from calls.models import Analysis, Call, Step, Transcript
from calls.models.end_code import EndCode
from calls.post_processing import transcripts
from calls.post_processing.rerun import rerun_step
from calls.representation import CallSerializer, represent_analysis, represent_call, represent_steps
from calls.timeline import timeline
from liveplatform.api.exceptions import Conflict, error_responses

TAGS = ["Calls"]
READ = {"GET": "read:live"}
WRITE = {"POST": "write:live"}


class OneCallView(CallsView):
    """A view about one call of the account."""

    def call(self, call_id: UUID) -> Call:
        return get_call(call_id, self.principal.account_id)


class CallEndView(OneCallView):
    """`/v1/calls/{id}/end`"""

    scopes = WRITE
    rate_limited = False
    atomic_if_idempotent = True

    @extend_schema(
        operation_id="platform_calls_end",
        tags=TAGS,
        summary="End any call, by phone or video",
        description="Ends it here and now; what must follow is carried out by the workers. Safe to repeat.",
        request=shapes.EndRequest,
        responses={200: CallSerializer, **error_responses("platform", 400, 404)},
    )
    def post(self, request: Request, call_id: UUID) -> Response:
        body = shapes.EndRequest(data=request.data)
        body.is_valid(raise_exception=True)
        reason, code = body.validated_data["reason"], EndCode(body.validated_data["code"])
        principal = self.principal
        ended = end(call_id, account_id=principal.account_id, reason=reason, code=code, actor=principal.label)
        return Response(represent_call(ended.call))


class StepsView(OneCallView):
    """`/v1/calls/{id}/steps`"""

    scopes = READ

    @extend_schema(
        operation_id="platform_steps_list",
        tags=TAGS,
        summary="What follows the end of a call, and how it goes",
        responses={200: shapes.StepsSerializer, **error_responses("platform", 404)},
    )
    def get(self, request: Request, call_id: UUID) -> Response:
        steps = list(Step.objects.filter(call=self.call(call_id)).order_by("id"))
        shown = represent_steps(steps)
        return Response(
            {"steps": [{"id": step.pk} | s | {"log": step.log} for s, step in zip(shown, steps, strict=True)]}
        )


class StepRunView(OneCallView):
    """`/v1/calls/{id}/steps/{kind}/run`"""

    scopes = WRITE

    @extend_schema(
        operation_id="platform_steps_run",
        tags=TAGS,
        summary="Run a settled step again",
        parameters=[OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=Step.Kind.values)],
        request=None,
        responses={202: shapes.DoneSerializer, **error_responses("platform", 404, 409)},
    )
    def post(self, request: Request, call_id: UUID, kind: str) -> Response:
        step = Step.objects.filter(call=self.call(call_id), kind=kind).first()
        if step is None:
            raise NotFound(f"The call has no step {kind[:20]!r}.")
        if not step.is_settled:
            raise Conflict(f"The step is {step.state}; a worker runs it anyway.")
        return Response({"message": rerun_step(step, self.principal.label)}, status=202)


class TimelineView(OneCallView):
    """`/v1/calls/{id}/timeline`"""

    scopes = READ

    @extend_schema(
        operation_id="platform_timeline",
        tags=TAGS,
        summary="Everything that happened to a call, in order",
        responses={200: shapes.TimelineSerializer, **error_responses("platform", 404)},
    )
    def get(self, request: Request, call_id: UUID) -> Response:
        return Response({"timeline": timeline(self.call(call_id))})


class TranscriptView(OneCallView):
    """`/v1/calls/{id}/transcript`"""

    scopes = READ | WRITE | {"PUT": "write:live"}

    @extend_schema(
        operation_id="platform_transcript_get",
        tags=TAGS,
        summary="The transcript of a call",
        responses={200: shapes.TranscriptBody, **error_responses("platform", 404)},
    )
    def get(self, request: Request, call_id: UUID) -> Response:
        transcript = Transcript.objects.filter(call=self.call(call_id)).first()
        if transcript is None:
            raise NotFound("The call has no transcript (yet).")
        return Response(_shown(transcript))

    @extend_schema(
        operation_id="platform_transcript_put",
        tags=TAGS,
        summary="Put a transcript on a call, before or after its end",
        description="Replaces what was there. On an ended call the analysis runs (again).",
        request=shapes.TranscriptBody,
        responses={200: shapes.TranscriptBody, **error_responses("platform", 400, 404)},
    )
    def put(self, request: Request, call_id: UUID) -> Response:
        sent = self._checked(request)
        by = self.principal.label
        return self._stored(
            lambda: transcripts.put(self.call(call_id), sent["turns"], sent["language"], actor=by)
        )

    @extend_schema(
        operation_id="platform_transcript_append",
        tags=TAGS,
        summary="Add turns at the end of a transcript",
        request=shapes.TranscriptBody,
        responses={200: shapes.TranscriptBody, **error_responses("platform", 400, 404)},
    )
    def post(self, request: Request, call_id: UUID) -> Response:
        sent = self._checked(request)
        return self._stored(
            lambda: transcripts.append(self.call(call_id), sent["turns"], actor=self.principal.label)
        )

    @staticmethod
    def _checked(request: Request) -> dict[str, Any]:
        body = shapes.TranscriptRequest(data=request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    @staticmethod
    def _stored(store: Any) -> Response:  # noqa: ANN401 - a function that stores
        try:
            return Response(_shown(store()))
        except BadTurn as error:
            raise ValidationError({"turns": [str(error)]}) from error
        except TranscriptTooLong as error:
            raise ValidationError({"turns": [str(error)]}) from error


class AnalysisView(OneCallView):
    """`/v1/calls/{id}/analysis`"""

    scopes = READ | WRITE

    @extend_schema(
        operation_id="platform_analysis_get",
        tags=TAGS,
        summary="The newest analysis of a call, and how its analysis stands",
        responses={200: shapes.AnalysisStateSerializer, **error_responses("platform", 404)},
    )
    def get(self, request: Request, call_id: UUID) -> Response:
        call = self.call(call_id)
        step = Step.objects.filter(call=call, kind=Step.Kind.ANALYSE).first()
        newest = Analysis.objects.filter(call=call).order_by("-created_at").first()
        return Response(
            {
                "state": step.state if step else "none",
                "error": (step.error or None) if step else None,
                "analysis": represent_analysis(newest) if newest else None,
            }
        )

    @extend_schema(
        operation_id="platform_analysis_run",
        tags=TAGS,
        summary="Run the analysis of an ended call again",
        request=None,
        responses={202: shapes.DoneSerializer, **error_responses("platform", 404, 409)},
    )
    def post(self, request: Request, call_id: UUID) -> Response:
        step = Step.objects.filter(call=self.call(call_id), kind=Step.Kind.ANALYSE).first()
        if step is None:
            raise Conflict("The call has not ended; it is analysed when it ends.")
        return Response({"message": rerun_step(step, self.principal.label)}, status=202)


def _shown(transcript: Transcript) -> dict[str, Any]:
    return {"turns": transcript.turns, "language": transcript.language}
