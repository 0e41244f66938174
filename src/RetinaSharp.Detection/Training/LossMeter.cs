namespace RetinaSharp.Detection.Training;

/// <summary>Mean of both losses since the last reset.</summary>
internal sealed class LossMeter
{
    private double _classification;
    private double _box;
    private int _count;

    public double Classification => _classification / Math.Max(1, _count);

    public double Box => _box / Math.Max(1, _count);

    public void Add(double classification, double box)
    {
        _classification += classification;
        _box += box;
        _count++;
    }

    public void Reset() => (_classification, _box, _count) = (0, 0, 0);
}
