using RetinaSharp.Onnx.Quantization;

namespace RetinaSharp.Onnx.Tests.Quantization;

public class EvenSampleTests
{
    [Theory]
    [InlineData(10, 4, new[] { 0, 2, 5, 7 })]
    [InlineData(3, 64, new[] { 0, 1, 2 })]
    [InlineData(5, 1, new[] { 0 })]
    [InlineData(5, 0, new int[0])]
    public void Indices_Limit_AreSpreadOverTheList(int count, int limit, int[] expected) => Assert.Equal(expected, EvenSample.Indices(count, limit));
}
