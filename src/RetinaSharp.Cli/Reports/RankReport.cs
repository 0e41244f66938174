using System.Globalization;
using System.Text;
using System.Text.Json;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection;
using RetinaSharp.Inference.Ranking;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes a ranking of images as text, JSON, CSV or a list of paths.</summary>
/// <param name="images">Paths of the candidates.</param>
/// <param name="ranking">The ranking.</param>
internal sealed class RankReport(IReadOnlyList<string> images, IReadOnlyList<RankedImage> ranking)
{
    private const string PathListExtension = ".txt";

    public void Show(Output output)
    {
        // Lines instead of a table: paths may be longer than the terminal is wide, and a program may read the columns, which tabs separate.
        output.Result("rank\tscore\tfile\twhy");
        foreach (var (rank, image) in ranking.Index())
            output.Result($"{rank + 1}\t{Number(image.Score)}\t{images[image.Index]}\t{string.Join("; ", image.Reasons)}");
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteNumber("candidates", images.Count);
        writer.WriteStartArray("images");
        foreach (var (rank, image) in ranking.Index())
        {
            writer.WriteStartObject();
            writer.WriteNumber("rank", rank + 1);
            writer.WriteString("file", images[image.Index]);
            writer.WriteNumber("score", image.Score);
            writer.WriteNumber("uncertainty", image.Uncertainty);
            writer.WriteNumber("novelty", image.Novelty);
            writer.WriteStartArray("reasons");
            foreach (var reason in image.Reasons)
                writer.WriteStringValue(reason);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes the ranking to a file: a path per line for .txt, CSV otherwise.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void WriteFile(string path)
    {
        var isList = Path.GetExtension(path).Equals(PathListExtension, StringComparison.OrdinalIgnoreCase);
        var text = new StringBuilder(isList ? "" : "rank,score,uncertainty,novelty,file,reasons\n");
        foreach (var (rank, image) in ranking.Index())
            text.Append(isList
                ? $"{images[image.Index]}\n"
                : $"{rank + 1},{Number(image.Score)},{Number(image.Uncertainty)},{Number(image.Novelty)},{Field(images[image.Index])},{Field(string.Join("; ", image.Reasons))}\n");
        AtomicFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static string Field(string text) => text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"")}\"" : text;

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
