using System.Buffers;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Finds the file name of an image in the address that Label Studio has for it.</summary>
internal static class LabelStudioImage
{
    private const string LocalFiles = "local-files/";
    private const string Upload = "upload/";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Number of hexadecimal digits that Label Studio puts, with a hyphen, before the name of an uploaded file.</summary>
    private const int PrefixLength = 8;

    /// <summary>Returns the file names to look for, in this order; at least one.</summary>
    /// <param name="image">An address such as <c>/data/upload/1/0a1b2c3d-a.jpg</c>, <c>/data/local-files/?d=folder/a.jpg</c> or a URL.</param>
    public static string[] FileNames(JsonItem image)
    {
        var address = image.Text().Trim();
        if (address.StartsWith("data:", StringComparison.Ordinal))
            throw image.Fail("the image is contained in the file: export it as a file, and give its name here");
        var path = Path(address);
        if (path.Length == 0)
            throw image.Fail("is empty instead of the name of an image");
        var name = path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
        var hyphen = name.IndexOf('-');
        var hasPrefix = hyphen > 0 && hyphen < name.Length - 1
            && (path.Contains(Upload, StringComparison.Ordinal) || (hyphen == PrefixLength && name.AsSpan(0, hyphen).IndexOfAnyExcept(HexDigits) < 0));
        return hasPrefix ? [path, name[(hyphen + 1)..]] : [path];
    }

    private static string Path(string address)
    {
        var local = address.IndexOf(LocalFiles, StringComparison.Ordinal);
        if (local >= 0 && address.IndexOf("?d=", local, StringComparison.Ordinal) is var query and >= 0)
            return Uri.UnescapeDataString(address[(query + "?d=".Length)..].Split('&')[0]).TrimStart('/');
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return address.TrimStart('/');
        // Without host or bucket, query and fragment.
        var path = address[(scheme + "://".Length)..].Split('?', '#')[0];
        return Uri.UnescapeDataString(path[(path.IndexOf('/') + 1)..]).TrimStart('/');
    }
}
