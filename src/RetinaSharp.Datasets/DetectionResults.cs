using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets.Files;
using RetinaSharp.Datasets.Formats;

namespace RetinaSharp.Datasets;

/// <summary>
/// Reads and writes COCO results files: a list of <c>{"image_id", "category_id", "bbox": [x, y, width, height], "score"}</c>, with boxes in
/// pixels of the original image. It also reads annotation files whose <c>annotations</c> have scores.
/// </summary>
public static class DetectionResults
{
    /// <summary>Reads a results file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="groundTruth">
    /// The dataset that the detections belong to. It gives the meaning of ids that are strings: an id of the annotation file, the file name of an
    /// image with or without extension, or the name of a class. Null: all ids must be integers.
    /// </param>
    /// <returns>The detections in file order, with unmodified numbers.</returns>
    /// <exception cref="DatasetException">
    /// The file cannot be read, is not a results file, or has an invalid entry. The message names the entry by its 0-based index.
    /// </exception>
    public static IReadOnlyList<DetectionResult> Read(string path, DetectionDataset? groundTruth = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var json = CocoJson.Open(path, new ProblemLog(collectsErrors: false));
        var ids = new ResultIds(groundTruth);
        var results = new List<DetectionResult>();
        void ReadEntry(ref Utf8JsonReader reader) => results.Add(ReadOne(ref reader, json, ids));

        var reader = json.Stream.Begin();
        try
        {
            json.Stream.Read(ref reader);
            if (!MoveToList(ref reader, json.Stream))
                throw new DatasetException(path, "", "is not a results file: expected a list of detections, or an object with \"annotations\"");
            json.ReadList(ref reader, "detections", ReadEntry);
            while (json.Stream.Read(ref reader))
            {
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Utf8JsonReader throws InvalidOperationException for text that is not valid Unicode.
            throw json.CreateException(reader, exception);
        }

        return results;
    }

    /// <summary>
    /// Writes a results file. The file is written under a temporary name and renamed, so that a failure leaves an existing file unchanged.
    /// </summary>
    /// <param name="path">Path of the file; an existing file is replaced.</param>
    /// <param name="results">The detections; enumerated once, without buffering.</param>
    /// <exception cref="ArgumentException">A number is not finite, which JSON cannot represent.</exception>
    public static void Write(string path, IEnumerable<DetectionResult> results)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(results);
        CocoOutput.Write(path, stream => Write(stream, results));
    }

    /// <summary>Writes a results file to a stream and leaves the stream open.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="results">The detections; enumerated once, without buffering.</param>
    /// <exception cref="ArgumentException">A number is not finite, which JSON cannot represent.</exception>
    public static void Write(Stream stream, IEnumerable<DetectionResult> results)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(results);
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartArray();
        CocoOutput.WriteObjects(writer, results, (json, result) =>
        {
            json.WriteNumber("image_id"u8, result.ImageId);
            if (result.FileName is { } fileName)
                json.WriteString("file_name"u8, fileName);
            json.WriteNumber("category_id"u8, result.CategoryId);
            CocoOutput.WriteBox(json, result.Box);
            json.WriteNumber("score"u8, result.Score);
        });
        writer.WriteEndArray();
    }

    /// <summary>Moves the reader to the opening bracket of the array of detections; returns false if there is none.</summary>
    private static bool MoveToList(ref Utf8JsonReader reader, JsonStream stream)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
            return true;
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (stream.Read(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("annotations"u8))
                return stream.Read(ref reader);
            stream.Skip(ref reader);
        }

        return false;
    }

    private static DetectionResult ReadOne(ref Utf8JsonReader reader, CocoJson json, ResultIds ids)
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
                json.TryReadId(ref reader, "image_id", ids.FindImageId, out var value);
                image = value;
            }
            else if (reader.ValueTextEquals("category_id"u8))
            {
                reader.Read();
                json.TryReadId(ref reader, "category_id", ids.FindCategoryId, out var value);
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
                reader.TrySkip();
            }
        }

        if (image is { } imageId && category is { } categoryId && box is { } found && score is { } confidence)
            return new(imageId, categoryId, found, confidence);
        var missing = image is null ? "image_id" : category is null ? "category_id" : box is null ? "bbox" : "score";
        throw new DatasetException(json.Name, json.Locate(start), $"has no {missing}");
    }
}
