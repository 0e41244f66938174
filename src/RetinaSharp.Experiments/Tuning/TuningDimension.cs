using RetinaSharp.Detection;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Experiments.Tuning;

/// <summary>A setting that a search varies: how its values are drawn, and how a value is applied to the settings of a run.</summary>
/// <param name="Name">Name of the setting.</param>
/// <param name="Preset">The value of the settings that the search starts from.</param>
/// <param name="Low">Lowest value.</param>
/// <param name="High">Highest value.</param>
/// <param name="IsLogarithmic">Whether the logarithm of the value is uniformly distributed, and values are compared by their ratios.</param>
/// <param name="Apply">Returns settings with a value.</param>
public sealed record TuningDimension(string Name, double Preset, double Low, double High, bool IsLogarithmic, Func<RunSettings, double, RunSettings> Apply)
{
    /// <summary>The only values that are drawn, each equally likely; null: all from <see cref="Low"/> to <see cref="High"/>.</summary>
    public IReadOnlyList<double>? Steps { get; init; }

    /// <summary>
    /// Returns the value of a trial, rounded to three significant digits. It depends on seed, trial and the name of the dimension only. Trial 0 has the
    /// preset's value.
    /// </summary>
    /// <param name="seed">Seed of the search.</param>
    /// <param name="trial">Number of the trial, from 0.</param>
    public double Draw(long seed, int trial)
    {
        if (trial == 0)
            return Preset;
        var stream = new RandomStream(seed, $"tuning {Name}", trial);
        return Steps is not null ? Steps[stream.NextInt(Steps.Count)]
            : Rounded(IsLogarithmic ? Math.Exp(stream.NextDouble(Math.Log(Low), Math.Log(High))) : stream.NextDouble(Low, High));
    }

    // Further digits have no effect that could be measured.
    private double Rounded(double value) => Math.Clamp(double.Parse(value.ToString("G3")), Low, High);
}
