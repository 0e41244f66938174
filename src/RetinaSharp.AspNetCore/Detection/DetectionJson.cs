using System.Text.Json.Serialization;

namespace RetinaSharp.AspNetCore.Detection;

/// <summary>JSON of the requests and responses under <c>/v1</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SingleDetectionResponse))]
[JsonSerializable(typeof(DetectionResponse))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(IReadOnlyList<string>), TypeInfoPropertyName = "Names")]
internal sealed partial class DetectionJson : JsonSerializerContext;
