using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Finds the splits of a dataset that has a folder for each.</summary>
internal static class FolderSplits
{
    /// <summary>Returns the names of the subfolders that are names of splits, training first; empty if there are fewer than two.</summary>
    public static IReadOnlyList<string> Find(string folder) =>
        Directory.Exists(folder) && SplitNames.Select(DataFiles.Folders(folder).Select(path => Path.GetFileName(path)!)) is { Length: > 1 } splits ? splits : [];
}
