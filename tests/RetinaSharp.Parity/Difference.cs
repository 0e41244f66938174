namespace RetinaSharp.Parity;

/// <summary>The worst difference of a kind, or the median of all.</summary>
/// <param name="Kind">What was compared.</param>
/// <param name="Limit">How large it may be.</param>
/// <param name="Worst">How large it is; NaN where something was not finite.</param>
/// <param name="Place">Where it is, if that says something.</param>
internal sealed record Difference(string Kind, double Limit, double Worst, string Place = "")
{
    /// <summary>Whether it is within the limit.</summary>
    public bool IsWithin => Worst <= Limit;

    /// <summary>The worst of some.</summary>
    public static Difference Create(string kind, double limit, IEnumerable<(double Value, string Place)> all)
    {
        // What is no number counts as more than any.
        var (value, place) = all.MaxBy(one => double.IsNaN(one.Value) ? double.PositiveInfinity : one.Value);
        return new(kind, limit, value, place);
    }

    /// <summary>The one in the middle of some; the worst is named.</summary>
    public static Difference OfMedian(string kind, double limit, IReadOnlyCollection<(double Value, string Place)> all)
    {
        var worst = Create(kind, limit, all);
        return double.IsFinite(worst.Worst) ? worst with { Worst = all.Select(one => one.Value).Order().ElementAt(all.Count / 2), Place = $"worst {worst.Worst:0.0e+0}, {worst.Place}" } : worst;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(IsWithin ? "" : "**")}{Worst:0.0e+0}{(IsWithin ? "" : "**")}{(Place.Length > 0 ? $" ({Place})" : "")}";
}
