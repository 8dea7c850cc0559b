"""From nouns to arrays: what backends compute on."""
