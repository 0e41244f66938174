using RetinaSharp.Detection.Assignment;
using RetinaSharp.Experiments.Preview;

namespace RetinaSharp.Experiments.Tests.Preview;

public sealed class AssignerTextTests
{
    [Theory]
    [InlineData(AssignerKind.Iou, "from an IoU of 0.5", "positive from 0.2")]
    [InlineData(AssignerKind.Atss, "mean plus the standard deviation")]
    [InlineData(AssignerKind.Center, "nearer than 1.5 strides")]
    [InlineData(AssignerKind.TaskAligned, "TaskAligned assigns anchors by the predictions", "those of ATSS")]
    [InlineData(AssignerKind.SimOta, "SimOta assigns anchors by the predictions", "those of ATSS")]
    public void Explain_Kind_NamesItsOwnRule(AssignerKind kind, params string[] words)
    {
        var text = AssignerText.Explain(new() { Kind = kind });

        Assert.All(words, word => Assert.Contains(word, text));
        Assert.Equal(kind == AssignerKind.Iou, text.Contains("ignored in between", StringComparison.Ordinal));
    }
}
