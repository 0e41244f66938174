using RetinaSharp.Inference.Postprocessing;

namespace RetinaSharp.Inference.Tests.Postprocessing;

public class CandidatesTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 10)]
    [InlineData(7, 3)]
    [InlineData(1001, 50)]
    [InlineData(1001, 5000)]
    public void Select_LogitsWithTiesAndNaN_AsASortOfAll(int count, int limit)
    {
        var random = new Random(count);
        // Few different values, exact in bf16, so that ties reach over the limit.
        var logits = Enumerable.Range(0, count).Select(_ => random.NextDouble() < .05 ? float.NaN : random.Next(20) - 10f).ToArray();
        var bits = Array.ConvertAll(logits, logit => (ushort)(BitConverter.SingleToUInt32Bits(logit) >> 16));

        foreach (var threshold in new[] { float.NegativeInfinity, -3f, 0f, 9f, 20f })
        {
            var expected = Enumerable.Range(0, count).Where(i => logits[i] > threshold).OrderByDescending(i => logits[i]).ThenBy(i => i).Take(limit);
            var pairs = expected.Select(i => (i, logits[i])).ToArray();
            Assert.Equal(pairs, Candidates.Select(LogitSpan.FromSingle(logits), threshold, limit));
            Assert.Equal(pairs, Candidates.Select(LogitSpan.FromBFloat16(bits), threshold, limit));
        }
    }
}
