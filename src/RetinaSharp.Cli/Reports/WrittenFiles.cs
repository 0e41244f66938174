using System.Text.Json;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Reports;

/// <summary>Files that a verb has written.</summary>
internal static class WrittenFiles
{
    /// <summary>Names them as the results of a verb that does nothing else.</summary>
    public static void Tell(Output output, IReadOnlyList<string> files, bool asJson)
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
