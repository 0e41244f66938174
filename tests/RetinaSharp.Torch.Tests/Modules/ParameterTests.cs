using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Torch.Tests.Modules;

public class ParameterTests : LeakCheck
{
    [Fact]
    public void Parameter_New_IsTrainedAndOfOneMemory()
    {
        using var scope = new TensorScope();
        using var parameter = new Parameter(ParameterKind.Bias, 4);
        Assert.True(parameter.IsTrainable);
        Assert.Equal(new double[4], Numbers.Read(parameter.Master));
        parameter.Master.Data<float>()[0] = 5;
        Assert.Equal([5, 0, 0, 0], Numbers.Read(parameter.Value));
    }

    [Fact]
    public void To_BFloat16_KeepsTheMasterInSinglePrecision()
    {
        using var parameter = Filled([1.001, -2]);
        parameter.To(Device.Cpu, ScalarType.BFloat16);
        Assert.Equal(ScalarType.Float32, parameter.Master.Type);
        Assert.Equal(ScalarType.BFloat16, parameter.Value.Type);
        Assert.Equal([1.001f, -2f], parameter.Master.ToArray());
        Assert.Equal([1, -2], Numbers.Read(parameter.Value));
        Assert.True(parameter.Value.RequiresGrad);
        Assert.False(parameter.Master.RequiresGrad);
    }

    [Fact]
    public void Refresh_InBFloat16_CopiesTheMaster()
    {
        using var parameter = Filled([1, -2]);
        parameter.To(Device.Cpu, ScalarType.BFloat16);
        Assert.Equal(ScalarType.BFloat16, parameter.ValueType);
        // Made when it is first asked for.
        Assert.Equal(parameter.ValueType, parameter.Value.Type);
        parameter.Master.Zero_();
        Assert.Equal([1, -2], Numbers.Read(parameter.Value));
        parameter.Refresh();
        Assert.Equal([0, 0], Numbers.Read(parameter.Value));
        Assert.True(parameter.IsTrainable);
    }

    [Fact]
    public void To_BackToSinglePrecision_IsOfOneMemoryAgain()
    {
        using var parameter = Filled([1.001, -2]);
        parameter.To(Device.Cpu, ScalarType.BFloat16);
        parameter.To(Device.Cpu, ScalarType.Float32);
        Assert.Equal([1.001f, -2f], parameter.Master.ToArray());
        Assert.True(parameter.IsTrainable);
        parameter.Master.Data<float>()[0] = 5;
        Assert.Equal([5, -2], Numbers.Read(parameter.Value));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void To_OfAFrozenOne_StaysFrozen(ScalarType type)
    {
        using var parameter = Filled([1, 2]);
        parameter.IsTrainable = false;
        parameter.To(Device.Cpu, type);
        Assert.False(parameter.IsTrainable);
        Assert.False(parameter.Master.RequiresGrad);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void To_OfConvolutionWeights_PutsTheChannelsTogether(ScalarType type)
    {
        using var scope = new TensorScope();
        using var parameter = new Parameter(ParameterKind.Weight, 2, 3, 2, 2);
        using (Autograd.WithoutGradient())
            parameter.Master.Copy_(Numbers.Make(1, 2, 3, 2, 2));
        var before = parameter.Master.ToArray();
        parameter.To(Device.Cpu, type);
        using var guard = Autograd.WithoutGradient();
        Assert.Equal(24, parameter.Master.Permute(0, 2, 3, 1).Data<float>().Length);
        Assert.Equal(24, parameter.Value.Permute(0, 2, 3, 1).View(24).Count);
        Assert.Equal(before, parameter.Master.ToArray());
    }

    private static Parameter Filled(double[] values)
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        var parameter = new Parameter(ParameterKind.Bias, values.Length);
        parameter.Master.Copy_(Numbers.Make(values, [values.Length]));
        return parameter;
    }
}
