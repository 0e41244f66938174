using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using RetinaSharp.AspNetCore.Models;
using RetinaSharp.AspNetCore.Requests;
using RetinaSharp.Inference;

namespace RetinaSharp.AspNetCore.OpenInference;

/// <summary><c>POST /v2/models/{model}/infer</c> of the Open Inference Protocol, with Triton's extension for binary tensor data.</summary>
internal sealed class InferEndpoint(ModelCatalog catalog, DetectionRunner runner, IOptions<ServingOptions> options, TimeProvider time)
{
    private const double MicrosecondsPerSecond = 1e6;

    public async Task HandleAsync(HttpContext context)
    {
        var serving = options.Value;
        using var deadline = new RequestDeadline(context, serving, time);
        try
        {
            var model = catalog.Get(context.GetRouteValue("model") as string, context.GetRouteValue("version") as string);
            var (id, outputs) = await InferAsync(context, model, serving, deadline).ConfigureAwait(false);
            await WriteAsync(context, model, id, outputs).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            throw RequestException.DeadlineExceeded();
        }
    }

    /// <summary>Reads the images and detects objects in them. The reference to the detector ends before the response is written, which a slow client may make long.</summary>
    private async Task<(string? Id, IReadOnlyList<(OutputTensor Tensor, byte[]? Binary)> Outputs)> InferAsync(HttpContext context, ServedModel model, ServingOptions serving, RequestDeadline deadline)
    {
        using var detector = model.AcquireFree();
        var bytes = await RequestBody.ReadAsync(context.Request, serving.MaxBodyBytes, deadline.Token).ConfigureAwait(false);
        var body = InferBody.Parse(bytes, context.Request.Headers[InferBody.LengthHeader] is [{ } length, ..] ? length : null);
        // Triton's timeout is in microseconds.
        if (body.Request?.Parameters.Integer("timeout") is > 0 and var timeout)
            deadline.Set(TimeSpan.FromSeconds(Math.Min(timeout / MicrosecondsPerSecond, serving.MaxDeadline.TotalSeconds)));
        RequireSupported(body.Request);
        var images = InferImages.Read(body, serving);
        var filter = GetFilter(body.Request, serving, detector);
        var wanted = GetOutputs(body.Request);
        var found = await runner.RunAsync(model, detector, images, deadline.Token).ConfigureAwait(false);
        return (body.Request?.Id, [.. wanted.Select(output => CreateOutput(output.Name, output.IsBinary, found, filter))]);
    }

    /// <summary>Refuses what the protocol has as extensions, and this service has not: without it, clients would wait for results elsewhere.</summary>
    private static void RequireSupported(InferRequest? request)
    {
        var (inputs, outputs) = ((request?.Inputs ?? []).Select(input => input?.Parameters), (request?.Outputs ?? []).Select(output => output?.Parameters));
        if (Asks(request?.Parameters, "sequence_id"))
            throw RequestException.Malformed("sequence_id: sequences are not supported.");
        if (outputs.Any(parameters => Asks(parameters, "classification")))
            throw RequestException.Malformed("classification: this extension is not supported.");
        if (inputs.Concat(outputs).Any(parameters => Asks(parameters, "shared_memory_region")))
            throw RequestException.Malformed("shared_memory_region: shared memory is not supported.");
    }

    /// <summary>Whether a parameter is given; 0 means that there is no sequence, and no classification.</summary>
    private static bool Asks(IReadOnlyDictionary<string, JsonElement>? parameters, string name) =>
        parameters is not null && parameters.TryGetValue(name, out var value) && value.GetRawText() != "0";

    private static DetectionFilter GetFilter(InferRequest? request, ServingOptions serving, LoadedDetector detector)
    {
        var parameters = request?.Parameters;
        var query = new DetectionQuery(
            DetectionQuery.CheckScore(parameters.Number("score_threshold") ?? 0), DetectionQuery.CheckCount(parameters.Integer("max_detections") ?? serving.MaxDetections),
            DetectionQuery.ParseClasses(parameters.Text("classes")));
        return query.For(detector.Detector.Categories);
    }

    /// <summary>Returns the outputs that are wanted, and whether as binary data. A name that does not exist fails before the detector runs.</summary>
    private static List<(string Name, bool IsBinary)> GetOutputs(InferRequest? request)
    {
        // A request that is one image as it is gets binary data, as from Triton.
        var isBinary = request is null || (request.Parameters.Flag("binary_data_output") ?? false);
        if (request?.Outputs is not { Count: > 0 } wanted)
            return [.. InferOutputs.Metadata.Select(tensor => (tensor.Name, isBinary))];
        // Every output is built in memory, so a name counts once.
        return wanted.GroupBy(output => output?.Name).FirstOrDefault(group => group.Count() > 1) is { Key: var twice }
            ? throw RequestException.Malformed($"outputs: '{twice}' is named twice.")
            : [.. wanted.Select(output => (InferOutputs.Find(output?.Name).Name, output!.Parameters.Flag("binary_data") ?? isBinary))];
    }

    private static (OutputTensor Tensor, byte[]? Binary) CreateOutput(string name, bool isBinary, IReadOnlyList<ImageDetections> found, DetectionFilter filter)
    {
        var tensor = InferOutputs.Create(name, found, filter);
        return (tensor, isBinary ? tensor.ToBytes() : null);
    }

    private static async Task WriteAsync(HttpContext context, ServedModel model, string? id, IReadOnlyList<(OutputTensor Tensor, byte[]? Binary)> outputs)
    {
        using var json = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("model_name", model.Name);
            writer.WriteString("model_version", model.Version);
            if (id is not null)
                writer.WriteString("id", id);
            writer.WriteStartArray("outputs");
            foreach (var (tensor, binary) in outputs)
                tensor.Write(writer, binary?.Length);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        var response = context.Response;
        var isBinary = outputs.Any(output => output.Binary is not null);
        response.ContentType = isBinary ? "application/octet-stream" : "application/json";
        if (isBinary)
            response.Headers[InferBody.LengthHeader] = json.Length.ToString(CultureInfo.InvariantCulture);
        response.ContentLength = json.Length + outputs.Sum(output => (long)(output.Binary?.Length ?? 0));
        await response.Body.WriteAsync(json.GetBuffer().AsMemory(0, (int)json.Length), context.RequestAborted).ConfigureAwait(false);
        foreach (var binary in outputs.Select(output => output.Binary).OfType<byte[]>())
            await response.Body.WriteAsync(binary, context.RequestAborted).ConfigureAwait(false);
    }
}
