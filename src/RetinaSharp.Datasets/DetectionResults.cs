using System.Text.Json;
using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets;

/// <summary>
/// COCO results files: a list of <c>{"image_id", "category_id", "bbox": [x, y, width, height], "score"}</c>, in pixels of the
/// original image. Also read is an annotation file's object whose <c>annotations</c> have scores.
/// </summary>
public static class DetectionResults
{
    /// <summary>Reads a results file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The detections in the order of the file, numbers as the file has them.</returns>
    /// <exception cref="DatasetException">The file cannot be read, is no results file, or an entry is damaged; names the entry, counted from 0.</exception>
    public static IReadOnlyList<DetectionResult> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var json = CocoJson.Load(path, new ProblemLog(collects: false));
        var results = new List<DetectionResult>();
        void ReadEntry(ref Utf8JsonReader reader) => results.Add(ReadOne(ref reader, json));

        var reader = new Utf8JsonReader(json.Text);
        try
        {
            reader.Read();
            if (!GoToList(ref reader))
                throw new DatasetException(path, "", "is no results file: expected a list of detections, or an object with \"annotations\"");
            json.ReadList(ref reader, "detections", ReadEntry);
            while (reader.Read())
            {
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter is how the reader complains of text that is not valid Unicode.
            throw json.Explain(reader.BytesConsumed, exception);
        }

        return results;
    }

    /// <summary>Writes a results file: beside its place first, and moved there when it is complete.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="results">The detections; they are taken one by one.</param>
    /// <exception cref="ArgumentException">A number is not finite, which JSON cannot hold.</exception>
    public static void Write(string path, IEnumerable<DetectionResult> results)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(results);
        CocoOutput.Write(path, stream => Write(stream, results));
    }

    /// <summary>Writes results to a stream, which stays open.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="results">The detections; they are taken one by one.</param>
    /// <exception cref="ArgumentException">A number is not finite, which JSON cannot hold.</exception>
    public static void Write(Stream stream, IEnumerable<DetectionResult> results)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(results);
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartArray();
        CocoOutput.WriteObjects(writer, results, (json, result) =>
        {
            json.WriteNumber("image_id"u8, result.ImageId);
            json.WriteNumber("category_id"u8, result.CategoryId);
            CocoOutput.WriteBox(json, result.Box);
            json.WriteNumber("score"u8, result.Score);
        });
        writer.WriteEndArray();
    }

    /// <summary>Takes the reader to the bracket of the list of detections.</summary>
    private static bool GoToList(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
            return true;
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("annotations"u8))
                return reader.Read();
            reader.Skip();
        }

        return false;
    }

    private static DetectionResult ReadOne(ref Utf8JsonReader reader, CocoJson json)
    {
        var start = reader.TokenStartIndex;
        long? image = null, category = null;
        double? score = null;
        BoxXywh? box = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("image_id"u8))
            {
                reader.Read();
                json.TryReadId(ref reader, "image_id", out var value);
                image = value;
            }
            else if (reader.ValueTextEquals("category_id"u8))
            {
                reader.Read();
                json.TryReadId(ref reader, "category_id", out var value);
                category = value;
            }
            else if (reader.ValueTextEquals("bbox"u8))
            {
                reader.Read();
                json.TryReadBox(ref reader, out var value, mayBeHuge: true);
                box = value;
            }
            else if (reader.ValueTextEquals("score"u8))
            {
                reader.Read();
                json.TryReadNumber(ref reader, "score", out var value);
                score = value;
            }
            else
            {
                reader.Skip();
            }
        }

        if (image is { } imageId && category is { } categoryId && box is { } found && score is { } confidence)
            return new(imageId, categoryId, found, confidence);
        var missing = image is null ? "image_id" : category is null ? "category_id" : box is null ? "bbox" : "score";
        throw new DatasetException(json.Name, json.Place(start), $"has no {missing}");
    }
}
