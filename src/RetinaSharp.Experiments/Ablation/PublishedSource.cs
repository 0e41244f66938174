namespace RetinaSharp.Experiments.Ablation;

/// <summary>Where the published metrics of a table are from.</summary>
/// <param name="Name">Name of the source in a sentence, such as "the paper".</param>
/// <param name="Setting">Dataset, network and, unless it is the focal loss paper, the page of the metrics.</param>
public sealed record PublishedSource(string Name, string Setting)
{
    private const string Article = "the ";

    /// <summary>Name of the source in the title of a column, without its article.</summary>
    internal string ColumnName => Name.StartsWith(Article, StringComparison.Ordinal) ? Name[Article.Length..] : Name;

    /// <summary>Name of the source at the start of a sentence.</summary>
    internal string CapitalizedName => char.ToUpperInvariant(Name[0]) + Name[1..];
}
