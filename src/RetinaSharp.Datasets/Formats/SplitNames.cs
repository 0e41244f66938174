namespace RetinaSharp.Datasets.Formats;

/// <summary>Compares names of splits. Tools name the validation split val, valid or validation.</summary>
internal static class SplitNames
{
    private static readonly string[][] Synonyms = [["train", "training"], ["val", "valid", "validation"], ["test", "testing"]];

    /// <summary>Name of the images of training and validation together.</summary>
    public const string TrainVal = "trainval";

    /// <summary>The usual names of splits, without <see cref="TrainVal"/>.</summary>
    public static IReadOnlyList<string> Usual { get; } = ["train", "val", "test"];

    /// <summary>The usual names of splits.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Usual, TrainVal];

    private static readonly char[] Separators = ['_', '-', '.', ' '];

    /// <summary>Returns whether two names denote the same split, ignoring case.</summary>
    public static bool AreEqual(string first, string second) =>
        first.Equals(second, StringComparison.OrdinalIgnoreCase)
        || Array.Exists(Synonyms, names => Contains(names, first) && Contains(names, second));

    /// <summary>
    /// Returns whether a file name without extension is that of a split's annotation file: the name of the split, alone or as its first or
    /// last word, as in <c>instances_val</c>, <c>instances_val2017</c> or <c>train_labels</c>.
    /// </summary>
    public static bool IsInStem(string stem, string split)
    {
        if (AreEqual(stem, split))
            return true;
        var words = stem.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 0 && (AreEqualWithYear(words[0], split) || AreEqualWithYear(words[^1], split));
    }

    /// <summary>Returns whether one of the folders of a relative path has the name of a split.</summary>
    public static bool IsInFolders(string relativePath, string split)
    {
        var parts = relativePath.Split('/', '\\');
        return parts.AsSpan(0, parts.Length - 1).ToArray().Any(part => AreEqualWithYear(part, split));
    }

    /// <summary>Returns whether a word is the name of a split, alone or before a year, as in <c>val2017</c>.</summary>
    public static bool AreEqualWithYear(string word, string split) => AreEqual(word, split) || AreEqual(word.TrimEnd("0123456789".ToCharArray()), split);

    private static bool Contains(string[] names, string name) => Array.Exists(names, item => item.Equals(name, StringComparison.OrdinalIgnoreCase));
}
