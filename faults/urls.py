"""The site, with a page that asks for a job as any page of the product would."""

import json

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from auren_admin import urls
from jobs import services


@csrf_exempt
@require_POST
def enqueue(request: HttpRequest) -> JsonResponse:
    """Write the row of a job and answer with its number."""
    job = services.enqueue(kind="fault_step", payload=json.loads(request.body))
    return JsonResponse({"id": job.pk}, status=202)


handler500 = urls.handler500
urlpatterns = [path("faults/enqueue/", enqueue), *urls.urlpatterns]
