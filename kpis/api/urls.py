"""Addresses of the registry's resources."""

from kpis.api.views import KPIResource, UnitResource
from rest.routing import Router

router = Router()
router.register("units", UnitResource)
router.register("kpis", KPIResource)

urlpatterns = router.urls
