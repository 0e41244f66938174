using System.Text.Json;
using System.Text.Json.Serialization;

namespace RetinaSharp.AspNetCore.OpenInference;

/// <summary>Skips a value and notes where it is. A tensor of pixels would take many times its memory as parsed JSON.</summary>
internal sealed class JsonRangeConverter : JsonConverter<JsonRange>
{
    public override JsonRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var start = reader.TokenStartIndex;
        reader.Skip();
        return new((int)start, (int)(reader.BytesConsumed - start));
    }

    public override void Write(Utf8JsonWriter writer, JsonRange value, JsonSerializerOptions options) => throw new NotSupportedException();
}
