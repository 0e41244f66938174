using System.Text.Json;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Reports;

/// <summary>Prints the paths of the files that a verb has written, as text or JSON.</summary>
internal static class WrittenFiles
{
    /// <summary>Prints the paths of the files as the only result of a verb.</summary>
    public static void Show(Output output, IReadOnlyList<string> files, bool asJson)
    {
        if (asJson)
            output.Json(writer => Write(writer, files));
        else
            foreach (var file in files)
                output.Result(file);
    }

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<string> files)
    {
        writer.WriteStartArray("files");
        foreach (var file in files)
            writer.WriteStringValue(file);
        writer.WriteEndArray();
    }
}
