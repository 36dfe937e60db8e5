"""A small app with one of everything the client has to understand; served by tests/load/test_session.py."""

import streamlit as st

choice = st.select_slider("Rate", [0.1, 0.2, 0.5], value=0.2, key="rate", bind="query-params")
st.text(f"rate {choice}")
st.text("long " * 4000)


@st.fragment
def part() -> None:
    """A part of the page that runs alone."""
    st.text(f"part {st.selectbox('Word', ['one', 'two'], key='word')}")


part()
if st.checkbox("Again", key="again") and "again_done" not in st.session_state:
    st.session_state["again_done"] = True
    st.rerun()
if st.button("Fail", key="fail"):
    raise ValueError("as asked")
if st.button("Set", key="set", on_click=lambda: st.session_state.update(rate=0.5)):
    st.text("set")
