"""A call's transcript and its analysis over REST."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from calls.analysis.representation import TranscriptSerializer
from calls.analysis.turns import BadTurn
from calls.api.base import CallsViewSet
from calls.api.platform import serializers as shapes
from calls.exceptions import TranscriptTooLong
from calls.models import Analysis, Step, Transcript
from calls.post_processing import transcripts
from calls.post_processing.rerun import rerun_step
from liveplatform.api.exceptions import Conflict


class TranscriptMixin(CallsViewSet):
    """`/v1/calls/{id}/transcript` and `/v1/calls/{id}/analysis`"""

    @extend_schema(summary="The transcript of a call", responses=TranscriptSerializer)
    @action(detail=True)
    def transcript(self, request: Request, call_id: UUID) -> Response:
        transcript = Transcript.objects.filter(call=self.get_object()).first()
        if transcript is None:
            raise NotFound("The call has no transcript (yet).")
        return Response(TranscriptSerializer.write(transcript))

    @extend_schema(
        summary="Set the transcript of a call, before or after its end",
        description="Replaces the stored transcript. On an ended call the analysis runs (again).",
        request=TranscriptSerializer,
        responses=TranscriptSerializer,
    )
    @transcript.mapping.put
    def put_transcript(self, request: Request, call_id: UUID) -> Response:
        return self._store_transcript(replace=True)

    @extend_schema(
        summary="Append turns to a transcript",
        request=TranscriptSerializer,
        responses={200: TranscriptSerializer},
    )
    @transcript.mapping.post
    def append_transcript(self, request: Request, call_id: UUID) -> Response:
        return self._store_transcript(replace=False)

    def _store_transcript(self, *, replace: bool) -> Response:
        data = self.read(shapes.TranscriptRequest)
        call, turns, actor = self.get_object(), data["turns"], self.principal.label
        try:
            if replace:
                transcript = transcripts.put(call, turns, data["language"], actor=actor)
            else:
                transcript = transcripts.append(call, turns, actor=actor)
        except (BadTurn, TranscriptTooLong) as error:
            raise ValidationError({"turns": [str(error)]}) from error
        if not self.may_read:  # only what this request brought
            transcript.turns = transcript.turns[-len(turns) :]
        return Response(TranscriptSerializer.write(transcript))

    @extend_schema(
        summary="The newest analysis of a call, and the state of the analysis",
        responses=shapes.AnalysisStateSerializer,
    )
    @action(detail=True)
    def analysis(self, request: Request, call_id: UUID) -> Response:
        call = self.get_object()
        step = Step.objects.filter(call=call, kind=Step.Kind.ANALYSE).first()
        newest = Analysis.objects.filter(call=call).order_by("-created_at").first()
        state, error = (step.state, step.error) if step else ("none", "")
        answer = shapes.AnalysisStateSerializer.write_fields(state=state, error=error, analysis=newest)
        return Response(answer)

    @extend_schema(
        summary="Run the analysis of an ended call again",
        request=None,
        responses={202: shapes.DoneSerializer},
    )
    @analysis.mapping.post
    def run_analysis(self, request: Request, call_id: UUID) -> Response:
        step = Step.objects.filter(call=self.get_object(), kind=Step.Kind.ANALYSE).first()
        if step is None:
            raise Conflict("The call has not ended; it is analysed when it ends.", "call_not_ended")
        done = shapes.DoneSerializer.write_fields(message=rerun_step(step, self.principal.label))
        return Response(done, status=202)
