"""What other tools left on strips and in or beside files about how a clip was made, read into one shape.

Pure: text and values in, `Found` out. `addon.storage.tags` reads the texts from files, `addon.worker.provenance` joins
it all. What stands there was written by others: it is read with doubt, and never trusted to be what it says.
"""

from __future__ import annotations

from .found import Clip as Clip
from .found import Found as Found
from .found import Kind as Kind
from .found import Source as Source
from .found import combined as combined
from .found import of_asset as of_asset
from .parameters import of_parameters as of_parameters
from .plain import of_mapping as of_mapping
from .plain import of_moment as of_moment
from .plain import of_properties as of_properties
