# The app in a container: docker build -t optim_viz . && docker run --rm -p 8501:8501 --memory 1g optim_viz
FROM python:3.13-slim

ENV OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONUNBUFFERED=1
RUN useradd --create-home --uid 1000 optim_viz
WORKDIR /app

COPY requirements.txt ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check --only-binary :all: -r requirements.txt

COPY app.py pyproject.toml ./
COPY .streamlit .streamlit
COPY pages pages
COPY optim_viz optim_viz
RUN python -m compileall -q app.py pages optim_viz

USER optim_viz
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["python", "-m", "streamlit", "run", "app.py", "--server.address=0.0.0.0", "--server.port=8501", "--server.headless=true"]
