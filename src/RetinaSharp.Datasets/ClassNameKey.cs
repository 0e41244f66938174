namespace RetinaSharp.Datasets;

/// <summary>Compares names of classes without regard to case, spaces, hyphens and underscores.</summary>
internal static class ClassNameKey
{
    /// <summary>Returns a text that is equal for names that differ only in case, spaces, hyphens and underscores.</summary>
    public static string Create(string name) => string.Concat(name.Where(character => !char.IsWhiteSpace(character) && character is not '_' and not '-')).ToUpperInvariant();
}
