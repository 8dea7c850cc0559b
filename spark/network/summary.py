"""What a stranger should be told about a network that was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from spark.network.network import Network


def summarise(network: Network) -> dict[str, Any]:
    """Return counts, degrees, what was taken for what and what was left out, ready for JSON."""
    reading = network.reading
    in_degree, out_degree = network.in_degree(), network.out_degree()
    alone = (in_degree == 0) & (out_degree == 0)
    silent = int(np.count_nonzero(~network.answered))
    notes = list(reading.notes)
    if silent:
        both = int(np.count_nonzero(alone & ~network.answered))
        notes.append(
            f"{silent:,} of {network.size:,} people did not answer, so whom they name is not known; "
            f"of these {both:,} have no tie here, and are not counted as isolates"
        )
    per_layer = np.bincount(network.layer, minlength=len(network.layers))
    return {
        "people": network.size,
        "organisations": len(network.organisations),
        "people_without_organisation": int(np.count_nonzero(network.organisation < 0)),
        "teams": len(network.teams),
        "ties": network.tie_count,
        "layers": dict(zip(network.layers, per_layer.tolist(), strict=True)),
        "partner_ties": network.partner_source.size,
        "isolates": int(np.count_nonzero(alone & network.answered)),
        "in_degree": _mean_and_max(in_degree),
        "out_degree": _mean_and_max(out_degree),
        "adopted": int(np.count_nonzero(network.adopted)),
        "eligible": int(np.count_nonzero(network.eligible & ~network.adopted)),
        "given": sorted(network.given),
        "tie_columns": list(network.columns),
        "groups": {name: len(group.names) for name, group in network.groups.items()},
        "influence": reading.influence,
        "dropped": {
            "self_loops": reading.self_loops,
            "duplicates_merged": reading.merged,
            "zero_strength": reading.zero_strength,
            "partner_self_loops": reading.partner_self_loops,
            "partner_duplicates_merged": reading.partner_merged,
            "partner_zero_strength": reading.partner_zero_strength,
        },
        "files": [{"file": file, "role": role, "rows": rows} for file, role, rows in reading.files],
        "files_not_read": list(reading.files_not_read),
        "roles": {file: dict(roles) for file, roles in reading.roles.items()},
        "unused": list(reading.unused),
        "notes": notes,
    }


def _mean_and_max(degrees: np.ndarray[Any, np.dtype[np.int64]]) -> dict[str, float | int]:
    return {"mean": round(float(degrees.mean()), 4), "max": int(degrees.max())}
