namespace RetinaSharp.Torch.Tests.Native;

public class OperatorTests : LeakCheck
{
    private static readonly Operator Add = new("aten::add", "Tensor");

    [Fact]
    public void Call_ShapesThatDoNotFit_NamesOperatorAndShapes()
    {
        using var scope = new TensorScope();
        var (left, right) = (Zeros(2, 3), Zeros(4, 5));
        var error = Assert.Throws<TorchException>(() => left + right);
        Assert.StartsWith("aten::add(Float32[2, 3], Float32[4, 5]): ", error.Message);
        Assert.Contains("size", error.Message);
    }

    [Fact]
    public void Call_ListsAndNumbers_AreInTheError()
    {
        using var scope = new TensorScope();
        var (input, weight) = (Zeros(1, 3, 8, 8), Zeros(4, 2, 3, 3));
        var error = Assert.Throws<TorchException>(() => Functional.Conv2d(input, weight, null, 2, 1));
        Assert.StartsWith("aten::conv2d(Float32[1, 3, 8, 8], Float32[4, 2, 3, 3], none, [2, 2], [1, 1], [1, 1], 1): ", error.Message);
    }

    [Fact]
    public void Call_UnknownOperator_NamesIt()
    {
        using var scope = new TensorScope();
        var tensor = Zeros(1);
        var error = Assert.Throws<TorchUnavailableException>(() => new Operator("aten::no_such_operator", "Tensor").Call(tensor));
        Assert.Contains("aten::no_such_operator.Tensor", error.Message);
        Assert.Contains(Engine.Version, error.Message);
    }

    [Fact]
    public void Call_TooFewArguments_NamesTheMissingOne()
    {
        using var scope = new TensorScope();
        var tensor = Zeros(1);
        Assert.Contains("argument other is missing", Assert.Throws<TorchException>(() => Add.Call(tensor)).Message);
    }

    [Fact]
    public void Call_TooManyArguments_IsRefused()
    {
        using var scope = new TensorScope();
        var tensor = Zeros(1);
        Assert.Contains("too many arguments", Assert.Throws<TorchException>(() => Add.Call(tensor, tensor, 1L, 1L)).Message);
    }

    [Fact]
    public void Call_ArgumentOfTheWrongKind_IsRefused()
    {
        using var scope = new TensorScope();
        var tensor = Zeros(1);
        Assert.ThrowsAny<TorchException>(() => Add.Call(tensor, "word"));
    }

    [Fact]
    public void Call_ArgumentsLeftOut_TakeTheSchemasDefaults()
    {
        using var scope = new TensorScope();
        var tensor = Numbers.Make([1, 2], [2]);
        Assert.Equal([2, 4], Numbers.Read(Add.Call(tensor, tensor)));
        Assert.Equal([4, 8], Numbers.Read(Add.Call(tensor, tensor, 3L)));
    }

    [Fact]
    public void CallList_MoreResultsThanRoom_IsRefusedAndFreesThem()
    {
        using var scope = new TensorScope();
        var before = TensorCount.Alive;
        var tensor = Zeros(4);
        Assert.Throws<TorchException>(() => new Operator("aten::unbind", "int").CallList(2, tensor, 0L));
        Assert.Equal(before + 1, TensorCount.Alive);
    }

    [Fact]
    public void CallList_MoreTensorsThanFitOnTheStack_TakesThemAll()
    {
        using var scope = new TensorScope();
        Tensor[] many = [.. Enumerable.Range(0, 2000).Select(i => Numbers.Make([i], [1]))];
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => (double)i), Numbers.Read(new Operator("aten::cat").Call(many, 0L)));
        Assert.Equal(2000, new Operator("aten::_foreach_sqrt").CallList(2000, [many]).Length);
    }

    private static Tensor Zeros(params long[] shape) => Tensor.Zeros(ScalarType.Float32, Device.Cpu, shape);
}
