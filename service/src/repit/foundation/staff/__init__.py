"""Who works here: members, their roles, how they sign in. Shared by a hotline's desk and a platform's."""
