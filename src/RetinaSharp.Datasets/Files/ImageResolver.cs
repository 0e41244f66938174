using System.Text;

namespace RetinaSharp.Datasets.Files;

/// <summary>
/// Finds the image files that annotation files name. Annotation files are often written on another machine, so names are tried in this order:
/// as written; relative to each folder; with forward slashes, without drive letter, without URL escapes; the longest matching end of the path
/// among all image files of the folders; the same name with another extension; the same name with accents and voicing marks in another Unicode
/// normalization, or lost. Names are compared without regard to case. Each kind of guess is counted and reported once.
/// </summary>
/// <param name="file">The annotation file or folder, for messages.</param>
/// <param name="folders">Folders that may contain the images, in search order; at least one.</param>
/// <param name="searched">Folders that are searched with their subfolders; null: <paramref name="folders"/>.</param>
internal sealed class ImageResolver(string file, IReadOnlyList<string> folders, IReadOnlyList<string>? searched = null)
{
    // In place of an accented Latin letter, and of the marks of another letter; no file name has it.
    private const char Accented = '\0';

    // Uppercase letters of Cyrillic, Greek and kana that can be written with combining marks, each followed by its letter without marks. ΐ and ΰ have no
    // uppercase.
    private static readonly Dictionary<char, char> Bases = (
        "ЀЕЁЕЃГЇІЌКЍИЎУЙИѶѴӁЖӐАӒАӖЕӚӘӜЖӞЗӢИӤИӦОӪӨӬЭӮУӰУӲУӴЧӸЫ"
        + "ΆΑΈΕΉΗΊΙΌΟΎΥΏΩΪΙΫΥΐΙΰΥ"
        + "がかぎきぐくげけごこざさじしずすぜせぞそだたぢちづつでてどとばはぱはびひぴひぶふぷふべへぺへぼほぽほゔうゞゝ"
        + "ガカギキグクゲケゴコザサジシズスゼセゾソダタヂチヅツデテドトバハパハビヒピヒブフプフベヘペヘボホポホヴウヷワヸヰヹヱヺヲヾヽ").Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);

    private readonly Dictionary<string, Guess> _guesses = [];
    private readonly Dictionary<string, Dictionary<string, List<string>>> _indices = [];
    private ILookup<string, string>? _withoutAccents;

    /// <summary>Returns the path of an image file; if it is not found, the path where it is expected.</summary>
    /// <param name="name">The file name, as written in the annotation file.</param>
    /// <param name="location">Location of the name in the annotation file, for messages.</param>
    /// <param name="source">The file that has the name, if not the file of the resolver.</param>
    /// <param name="others">Other names that the file may have, such as the name before a tool added a prefix.</param>
    public string Resolve(string name, string location, string? source = null, IReadOnlyList<string>? others = null)
    {
        if (Find(name, location, source) is { } path)
            return path;
        foreach (var other in others ?? [])
            if (Find(other, location, source) is { } found)
                return Count("found without the prefix that the annotation tool has added", name, found);
        return DataFiles.Resolve(folders[0], name, source ?? file, location);
    }

    /// <summary>
    /// Returns the image file that belongs to an annotation file of one image: the file with the same name, in the same folder or in the
    /// folder that matches best. Returns null if there is none.
    /// </summary>
    /// <param name="annotationFile">Path of the annotation file.</param>
    public string? FindFor(string annotationFile)
    {
        var path = Path.GetFullPath(annotationFile);
        return FindBySuffix(path, anyExtension: true, stem => Path.GetFileNameWithoutExtension(path) == stem)
            ?? FindBySuffix(path, anyExtension: true);
    }

    /// <summary>Adds one warning for each kind of guess, with an example.</summary>
    public void Report(ProblemLog log)
    {
        foreach (var (kind, guess) in _guesses)
            log.AddWarning(file, "", $"{guess.Count} file names of images are {kind}, for example \"{guess.Name}\": using {guess.Path}");
    }

    private string? Find(string name, string location, string? source)
    {
        if (name.Length == 0)
            return null;
        foreach (var folder in folders)
            if (DataFiles.Resolve(folder, name, source ?? file, location) is var path && File.Exists(path))
                return path;

        var cleaned = Clean(name);
        if (cleaned != name)
        {
            foreach (var folder in folders)
                if (DataFiles.Resolve(folder, cleaned, source ?? file, location) is var path && File.Exists(path))
                    return Count("written for another system: backslashes, a drive letter or URL escapes were replaced", name, path);
        }

        if (FindBySuffix(cleaned, anyExtension: false) is { } found)
            return Count("found by the end of their paths", name, found);
        if (FindBySuffix(cleaned, anyExtension: true) is { } other)
            return Count("found with another extension", name, other);
        return FindWithoutAccents(cleaned) is { } similar ? Count("found by their letters without accents", name, similar) : null;
    }

    private static string Clean(string name)
    {
        if (name.StartsWith("file://", StringComparison.OrdinalIgnoreCase))
            name = name["file://".Length..];
        if (name.Contains('%'))
            name = Uri.UnescapeDataString(name);
        name = name.Replace('\\', '/');
        if (name.Length > 1 && name[1] == ':' && char.IsAsciiLetter(name[0]))
            name = name[2..];
        while (name.StartsWith("./", StringComparison.Ordinal))
            name = name[2..];
        return name;
    }

    private string Count(string kind, string name, string path)
    {
        _guesses[kind] = _guesses.TryGetValue(kind, out var guess) ? guess with { Count = guess.Count + 1 } : new(1, name, path);
        return path;
    }

    /// <summary>
    /// Returns the image file whose path has the longest end in common with a name, in the first folder that has one. Returns null if no file
    /// has the name, or if several match equally well.
    /// </summary>
    private string? FindBySuffix(string name, bool anyExtension, Func<string, bool>? acceptsStem = null)
    {
        var parts = Split(name);
        if (parts.Length == 0)
            return null;
        foreach (var folder in searched ?? folders)
        {
            string? best = null;
            var (bestLength, ties) = (-1, 0);
            foreach (var candidate in Index(folder).GetValueOrDefault(Path.GetFileNameWithoutExtension(parts[^1]), []))
            {
                var other = Split(candidate);
                if ((!anyExtension && other[^1] != parts[^1]) || (acceptsStem is not null && !acceptsStem(Path.GetFileNameWithoutExtension(candidate))))
                    continue;
                var length = CommonEnd(parts, other) * 1000 + CommonStart(parts, other);
                if (length > bestLength)
                    (best, bestLength, ties) = (candidate, length, 1);
                else if (length == bestLength)
                    ties++;
            }

            if (ties == 1)
                return best;
        }

        return null;
    }

    /// <summary>
    /// Returns the only image file whose name differs in accents and voicing marks at most. Systems write a letter with them as one character or as a
    /// letter and combining marks, and without ICU .NET cannot tell that they are equal.
    /// </summary>
    private string? FindWithoutAccents(string name)
    {
        var last = Split(name) is [.., var part] ? part : "";
        var key = WithoutAccents(last);
        // ASCII names are the same everywhere, and names of accented letters alone would all be equal.
        if (Ascii.IsValid(last) || Path.GetFileNameWithoutExtension(key).Trim(Accented).Length == 0)
            return null;
        _withoutAccents ??= (searched ?? folders).SelectMany(folder => Index(folder).Values).SelectMany(paths => paths).Distinct().ToLookup(path => WithoutAccents(Split(path)[^1]));
        return _withoutAccents[key].Take(2).ToArray() is [var only] ? only : null;
    }

    /// <summary>
    /// Replaces each accented Latin letter, also one that a system could not write, and the marks of other letters by the same character. Splits Korean
    /// syllables into their letters.
    /// </summary>
    private static string WithoutAccents(string name)
    {
        var replaced = new StringBuilder(name.Length);
        foreach (var character in name)
        {
            if (character is (>= '\u0300' and <= '\u036F') or '\u3099' or '\u309A' && replaced.Length > 0)
                AddMark(replaced);
            else if (character is (>= '\u00C0' and <= '\u024F') or (>= '\u1E00' and <= '\u1EFF') or '\uFFFD')
                replaced.Append(Accented);
            else if (Bases.TryGetValue(character, out var letter))
                replaced.Append(letter).Append(Accented);
            else if (character is >= '\uAC00' and <= '\uD7A3')
                AddSyllable(replaced, character - '\uAC00');
            else
                replaced.Append(character);
        }

        return replaced.ToString();
    }

    private static void AddMark(StringBuilder name)
    {
        if (char.IsAsciiLetter(name[^1]))
            name[^1] = Accented;
        else if (name[^1] != Accented)
            name.Append(Accented);
    }

    // The order of the syllables in Unicode: 19 initial consonants, each with 21 vowels, each without and with 27 final consonants.
    private static void AddSyllable(StringBuilder name, int index)
    {
        name.Append((char)(0x1100 + index / 588)).Append((char)(0x1161 + index % 588 / 28));
        if (index % 28 > 0)
            name.Append((char)(0x11A7 + index % 28));
    }

    // The folders of the common end, without the file name; a folder of labels and a folder of images may differ in the last folder only, so
    // that the common start decides between equal ends.
    private static int CommonEnd(string[] first, string[] second)
    {
        var count = 0;
        while (count + 1 < Math.Min(first.Length, second.Length) && first[^(count + 2)] == second[^(count + 2)])
            count++;
        return count;
    }

    private static int CommonStart(string[] first, string[] second)
    {
        var count = 0;
        while (count + 1 < Math.Min(first.Length, second.Length) && first[count] == second[count])
            count++;
        return count;
    }

    private static string[] Split(string path) => Normalize(path).Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static string Normalize(string path)
    {
        path = path.Replace('\\', '/');
        try
        {
            path = path.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // Not valid Unicode: compared as it is.
        }

        return path.ToUpperInvariant();
    }

    /// <summary>Returns the image files of a folder and its subfolders by normalized name without extension.</summary>
    private Dictionary<string, List<string>> Index(string folder)
    {
        if (_indices.TryGetValue(folder, out var index))
            return index;
        _indices.Add(folder, index = []);
        if (!Directory.Exists(folder))
            return index;
        foreach (var path in DataFiles.List(folder, recursive: true, ImageFiles.IsImage).Select(Path.GetFullPath))
        {
            var stem = Path.GetFileNameWithoutExtension(Split(path)[^1]);
            if (!index.TryGetValue(stem, out var paths))
                index.Add(stem, paths = []);
            paths.Add(path);
        }

        return index;
    }

    private readonly record struct Guess(int Count, string Name, string Path);
}
