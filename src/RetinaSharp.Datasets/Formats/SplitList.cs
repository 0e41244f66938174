namespace RetinaSharp.Datasets.Formats;

/// <summary>The splits that a dataset has.</summary>
/// <param name="Names">Names of the splits that can be opened, training first; empty if there are none.</param>
/// <param name="CanReadAll">Whether the dataset can be read without the name of a split.</param>
internal sealed record SplitList(IReadOnlyList<string> Names, bool CanReadAll = true)
{
    /// <summary>Creates the list of those of the usual splits that a dataset has.</summary>
    public static SplitList Find(Predicate<string> hasSplit, bool canReadAll = true) => new([.. SplitNames.All.Where(name => hasSplit(name))], canReadAll);

    /// <summary>Creates the list of the splits that have a folder with some of the annotation files.</summary>
    /// <param name="root">Folder of the dataset.</param>
    /// <param name="files">Paths of the annotation files.</param>
    public static SplitList InFolders(string root, IEnumerable<string> files)
    {
        var paths = files.Select(file => Path.GetRelativePath(Path.GetFullPath(root), Path.GetFullPath(file))).ToArray();
        return Find(name => Array.Exists(paths, path => SplitNames.IsInFolders(path, name)));
    }
}
