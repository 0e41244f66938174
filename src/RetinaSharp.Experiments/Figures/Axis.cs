using System.Globalization;

namespace RetinaSharp.Experiments.Figures;

/// <summary>A linear axis from one round number to another, with round ticks between.</summary>
internal sealed class Axis
{
    private readonly double _step;
    private readonly long _first, _last;

    /// <param name="values">What it has to hold; all finite, one at least.</param>
    /// <param name="most">About how many ticks there may be.</param>
    public Axis(IEnumerable<double> values, int most)
    {
        var (least, greatest) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
            (least, greatest) = (Math.Min(least, value), Math.Max(greatest, value));
        if (greatest - least <= Math.Abs(greatest) * 1e-12)
            (least, greatest) = (least - .5, greatest + .5);
        _step = RoundUp((greatest - least) / most);
        // What lies on a tick but for rounding needs no further one.
        (_first, _last) = ((long)Math.Floor(least / _step + 1e-9), (long)Math.Ceiling(greatest / _step - 1e-9));
    }

    /// <summary>The ticks, rising: where they are, and their labels.</summary>
    public IEnumerable<(double Value, string Label)> Ticks
    {
        get
        {
            var decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(_step) + 1e-9));
            for (var i = _first; i <= _last; i++)
                yield return (i * _step, (i * _step).ToString($"F{decimals}", CultureInfo.InvariantCulture).Replace('-', '\u2212'));
        }
    }

    /// <summary>Where a value lies between the axis's ends, 0 and 1.</summary>
    public double Place(double value) => (value / _step - _first) / (_last - _first);

    /// <summary>The next of 1, 2 and 5 times a power of ten.</summary>
    private static double RoundUp(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return power * (step / power) switch { <= 1 + 1e-9 => 1, <= 2 + 1e-9 => 2, <= 5 + 1e-9 => 5, _ => 10 };
    }
}
