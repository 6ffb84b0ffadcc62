"""What the services of presales say to each other: events, the values in them, what each keeps of what others said.

With it the kernel knows the roles of presales, and what its kinds, states and actions are called in Chinese.
"""

from shared.kernel.naming import name_in_chinese
from shared.kernel.roles import define_roles
from shared.language.labels import OF_FACTS
from shared.language.roles import GUARDED, ROLES

name_in_chinese(OF_FACTS)
define_roles(ROLES, guarded=GUARDED)
