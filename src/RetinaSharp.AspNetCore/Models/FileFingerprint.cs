namespace RetinaSharp.AspNetCore.Models;

/// <summary>Size and time of a model's file, or of the model files in a folder, by which a replaced file is recognized.</summary>
/// <param name="Bytes">Size in bytes; of a folder, the sum over its model files.</param>
/// <param name="Modified">Time of the last modification, the latest in a folder.</param>
internal readonly record struct FileFingerprint(long Bytes, DateTime Modified)
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
            // Size and time of a link are those of the link; the volumes of Kubernetes replace files by changing links.
            return files.Select(file => file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Aggregate(default(FileFingerprint), (sum, file) => new(sum.Bytes + file.Length, sum.Modified > file.LastWriteTimeUtc ? sum.Modified : file.LastWriteTimeUtc));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The file is being replaced.
            return default;
        }
    }
}
