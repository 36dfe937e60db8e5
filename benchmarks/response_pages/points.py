"""Five points in a Plotly chart: the least picture the platform itself can draw."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st


def five_points(values: Sequence[float]) -> None:
    """Draw five values; the key keeps the chart in place, which is the faster way."""
    st.plotly_chart(go.Figure(go.Scatter(x=[0, 1, 2, 3, 4], y=list(values))), key="five")
