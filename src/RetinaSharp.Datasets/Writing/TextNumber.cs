using System.Globalization;

namespace RetinaSharp.Datasets.Writing;

/// <summary>Numbers in text files.</summary>
internal static class TextNumber
{
    /// <summary>Returns the shortest text that gives the same fp64 number, without an exponent unless the number is extremely large or small.</summary>
    public static string Exact(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        // Many readers of these formats take no exponents.
        return text.Contains('E') && Math.Abs(value) is > 1e-20 and < 1e20 ? value.ToString("0.###################################", CultureInfo.InvariantCulture) : text;
    }
}
