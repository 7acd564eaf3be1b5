"""The public names as a user has them after `from kerasguard import *`."""

import kerasguard as kg

PUBLIC = {name: getattr(kg, name) for name in kg.__all__}
