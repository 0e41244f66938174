using System.Text.Json;
using System.Text.Json.Serialization;

namespace RetinaSharp.AspNetCore.OpenInference;

/// <summary>The JSON of an inference request.</summary>
internal sealed record InferRequest
{
    /// <summary>Identifier that the response repeats.</summary>
    public string? Id { get; init; }

    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }

    public IReadOnlyList<InferInput>? Inputs { get; init; }

    /// <summary>The outputs that the client wants; null or empty: all.</summary>
    public IReadOnlyList<InferRequestedOutput>? Outputs { get; init; }
}

/// <summary>An input tensor.</summary>
internal sealed record InferInput
{
    public string? Name { get; init; }

    public string? Datatype { get; init; }

    public IReadOnlyList<long>? Shape { get; init; }

    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }

    /// <summary>Where the elements are in the JSON; null if they are binary data after it.</summary>
    [JsonConverter(typeof(JsonRangeConverter))]
    public JsonRange? Data { get; init; }
}

/// <summary>An output that the client wants.</summary>
internal sealed record InferRequestedOutput
{
    public string? Name { get; init; }

    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }
}
