using System.Globalization;

namespace RetinaSharp.Datasets.Shards;

/// <summary>Creates the keys of samples: the names that the entries of a sample share.</summary>
internal static class SampleKey
{
    // With the longest extension, a name fits in the 100 bytes of a tar header.
    private const int MaxStem = 72;

    /// <summary>
    /// Returns the key of an image: its number, which makes it unique, and the name of its file, so that people recognize it. Folders are left out. Dots, which
    /// would end the key, and anything that is not a letter, a digit, a hyphen or an underscore of ASCII become underscores.
    /// </summary>
    /// <param name="number">Number of the image in its split.</param>
    /// <param name="fileName">Its file name in the dataset.</param>
    public static string Create(int number, string fileName)
    {
        var name = fileName[(fileName.LastIndexOfAny(['/', '\\']) + 1)..];
        var stem = name.LastIndexOf('.') is > 0 and var dot ? name[..dot] : name;
        var safe = string.Concat(stem.Take(MaxStem).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '_'));
        return string.Create(CultureInfo.InvariantCulture, $"{number:00000000}-{safe}");
    }
}
