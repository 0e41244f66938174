namespace RetinaSharp.Losses.Tests;

/// <summary>Loss parameters and logits that the tests cover.</summary>
internal static class LossCases
{
    public static readonly double[] Gammas = [0, .1, .2, .5, 1, 2, 5, 3.7];
    public static readonly double?[] Alphas = [null, 0, .25, 1];

    public static TheoryData<double, double?> Settings
    {
        get
        {
            var data = new TheoryData<double, double?>();
            foreach (var gamma in Gammas)
                foreach (var alpha in Alphas)
                    data.Add(gamma, alpha);
            return data;
        }
    }

    /// <summary>Logits from -1e4 to 1e4, dense around 0, and the extremes of fp32.</summary>
    public static float[] Logits { get; } = [.. MakeLogits()];

    private static IEnumerable<float> MakeLogits()
    {
        for (var i = -1100; i <= 1100; i++)
            yield return i * .11f;
        foreach (var x in new[] { 1e-38f, 1e-20f, 1e-7f, 1e-3f, 87.3f, 87.4f, 103.9f, 104.1f, 1e3f, 9999, 1e4f, 1e20f, 1e38f, float.MaxValue })
        {
            yield return x;
            yield return -x;
        }
    }
}
