# The HTTP service with one run: docker build --build-arg RUN=compact_s -t itner . && docker run -p 8000:8000 itner
# The first stage builds the run's ONNX files, for which it needs PyTorch; the second one has neither it nor the weights.
FROM python:3.11-slim AS build
ARG RUN=compact_s
WORKDIR /src
COPY pyproject.toml README.md LICENSE* ./
COPY itner itner
COPY models/${RUN} models/${RUN}
RUN pip install --no-cache-dir torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu \
    && pip install --no-cache-dir '.[train]' \
    && itner export ${RUN} --models models \
    && rm -rf models/${RUN}/model.safetensors models/${RUN}/adapter_model.safetensors models/${RUN}/predictions

FROM python:3.11-slim
ARG RUN=compact_s
WORKDIR /app
COPY pyproject.toml README.md LICENSE* ./
COPY itner itner
RUN pip install --no-cache-dir '.[serve]' && rm -rf itner && useradd --create-home served
COPY --from=build /src/models models
USER served
ENV NER_MODEL_PATH=/app/models/${RUN} CONFIDENCE_THRESHOLD=0.90 HF_HUB_OFFLINE=1
EXPOSE 8000
HEALTHCHECK CMD python -c "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=2)"
CMD ["itner", "serve", "--host", "0.0.0.0", "--port", "8000"]
