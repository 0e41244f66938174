namespace RetinaSharp.AspNetCore.Models;

/// <summary>Name, size and time of a model's file, or of each model file in a folder, by which a replaced file is recognized.</summary>
/// <param name="Files">A line for each file.</param>
internal readonly record struct FileFingerprint(string? Files)
{
    private static readonly string[] ModelFiles = [".safetensors", ".onnx"];

    /// <summary>Reads the fingerprint of a path; <c>default</c> if there is nothing or it cannot be read.</summary>
    public static FileFingerprint Read(string path)
    {
        try
        {
            IEnumerable<FileInfo> files = Directory.Exists(path)
                ? new DirectoryInfo(path).EnumerateFiles().Where(file => ModelFiles.Contains(file.Extension))
                : new FileInfo(path) is { Exists: true } file ? [file] : [];
            // A folder lists its files in any order.
            string[] lines = [.. files.Select(Describe).Order(StringComparer.Ordinal)];
            return lines.Length == 0 ? default : new(string.Join('\n', lines));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The file is being replaced.
            return default;
        }
    }

    private static string Describe(FileInfo file)
    {
        // Size and time of a link are those of the link; the volumes of Kubernetes replace files by changing links.
        var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return $"{file.Name} {target.Length} {target.LastWriteTimeUtc.Ticks}";
    }
}
