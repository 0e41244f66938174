namespace RetinaSharp.Detection.Training;

/// <summary>Classification loss and box loss, each summed over training steps.</summary>
/// <param name="Classification">Sum of the classification losses.</param>
/// <param name="Box">Sum of the box losses.</param>
/// <param name="Count">Number of losses in each sum.</param>
internal readonly record struct LossSums(double Classification, double Box, int Count)
{
    public double MeanClassification => Classification / Math.Max(1, Count);

    public double MeanBox => Box / Math.Max(1, Count);

    public LossSums Add(double classification, double box) => new(Classification + classification, Box + box, Count + 1);
}
