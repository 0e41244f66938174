using System.Globalization;
using System.Text.RegularExpressions;

namespace RetinaSharp.Datasets.Operations;

/// <summary>Finds the group of an image from its file name, such as its video, patient or place.</summary>
public sealed class ImageGroupKey
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private readonly string _text;
    private readonly Regex? _pattern;
    private readonly int _folder;

    private ImageGroupKey(string text, Regex? pattern, int folder) => (_text, _pattern, _folder) = (text, pattern, folder);

    /// <summary>Creates a key.</summary>
    /// <param name="text">
    /// A number is the position of a folder in the file name: 1 is the first folder, -1 the folder of the image. Anything else is a regular
    /// expression that is looked for in the file name: the group is the text of its first pair of parentheses, or if there is none, of the
    /// whole match.
    /// </param>
    /// <exception cref="ArgumentException">The number is 0, or the regular expression is invalid.</exception>
    public static ImageGroupKey Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var folder))
            return new(text, new(text, RegexOptions.CultureInvariant, Timeout), 0);
        return folder != 0 ? new(text, null, folder) : throw new ArgumentException("folders are counted from 1, or from the last with -1", nameof(text));
    }

    /// <summary>Returns the group of an image; null if its file name has none: it is then a group of its own.</summary>
    /// <param name="image">The image.</param>
    /// <exception cref="ArgumentException">The regular expression takes too long.</exception>
    public string? GetGroup(AnnotatedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var name = image.FileName.Replace('\\', '/');
        if (_pattern is null)
        {
            var folders = name.Split('/', StringSplitOptions.RemoveEmptyEntries)[..^1];
            var index = _folder > 0 ? _folder - 1 : folders.Length + _folder;
            return index >= 0 && index < folders.Length ? string.Join('/', folders[..(index + 1)]) : null;
        }

        try
        {
            var match = _pattern.Match(name);
            return !match.Success ? null : match.Groups.Count > 1 && match.Groups[1].Success ? match.Groups[1].Value : match.Value;
        }
        catch (RegexMatchTimeoutException)
        {
            throw new ArgumentException($"the regular expression {_text} takes too long for {name}: simplify it");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _text;
}
