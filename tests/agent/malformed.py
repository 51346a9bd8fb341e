"""Replies that are not quite in order, in each form of action, and what must become of each.

A case is a name, the reply, and the action that it is; for a reply without an action, words of the observation that
says how to reply. The tools are those of ``bodies``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from embodied_codeact.contracts import Action, CodeAction, Finish, ToolCall, UserMessage


class Case(NamedTuple):
    name: str
    reply: str
    expected: Action | str


def call(name: str, thought: str = "", /, left_out: int = 0, **arguments: Any) -> ToolCall:
    return ToolCall(name, arguments, thought, left_out)


def goto(thought: str = "", /, left_out: int = 0) -> ToolCall:
    return call("house.goto", thought, left_out=left_out, receptacle="fridge 1")


LOOK = CodeAction("house.look()")
FRIDGE = '{"receptacle": "fridge 1"}'
GOTO = '{"tool": "house.goto", "arguments": {"receptacle": "fridge 1"}}'

DRAFTED = CodeAction("house.look()", "or <execute>house.close()</execute>?")

CODE = [
    Case("unclosed tag", "<execute>\nhouse.look()\n", LOOK),
    Case("half a closing tag", "<execute>\nhouse.look()\n</exe", LOOK),
    Case("nested tags", "<thought><execute>house.look()</execute></thought>", "No action was found"),
    Case("tag in tag", "<execute>\n<execute>\nhouse.look()\n</execute>\n</execute>", LOOK),
    Case("two blocks", "<execute>a = 1</execute><execute>b = 2</execute>", CodeAction("a = 1\nb = 2")),
    Case("prose only", "Which mug do you mean?", UserMessage("Which mug do you mean?")),
    Case("thought only", "<thought>hm</thought>", "<execute>Python code</execute>"),
    Case("nothing", "", "No action was found"),
    Case("empty block", "<execute> </execute>", "is empty"),
    Case("windows line ends", "<execute>\r\nhouse.look()\r\n</execute>", LOOK),
    Case("byte order mark", "\ufeff<execute>house.look()</execute>", LOOK),
    Case("tabs around", "\t<execute>\n\thouse.look()\n\t</execute>", LOOK),
    Case("prompts of the interpreter", "<execute>\n>>> house.look()\n'A desk.'\n</execute>", LOOK),
    Case("fence in tag", "<execute>\n```python\nhouse.look()\n```\n</execute>", LOOK),
    Case("fence without tag", "I look.\n```python\nhouse.look()\n```", CodeAction("house.look()", "I look.")),
    Case("wrong tag beside a fence", "<code>\n```py\nhouse.look()\n```\n</code>", CodeAction("house.look()", "<code>")),
    Case("wrong tag alone", "<answer>42</answer>", UserMessage("<answer>42</answer>")),
    Case("draft", "<think>or <execute>house.close()</execute>?</think><execute>house.look()</execute>", DRAFTED),
    Case(
        "draft begun in the prompt",
        "or <execute>house.close()</execute>?</think><execute>house.look()</execute>",
        DRAFTED,
    ),
    Case(
        "draft by another name",
        "<thinking>```py\nx()\n```</thinking><execute>house.look()</execute>",
        CodeAction("house.look()", "```py\nx()\n```"),
    ),
    Case("observation made up", "<execute>house.look()</execute>\nObservation:\nA mug.\n<solution>ok</solution>", LOOK),
    Case("end of the template", "<execute>\nhouse.look()\n<|im_end|>\n<|endoftext|>", LOOK),
    Case("fence of Gemma", "```tool_code\nhouse.look()\n```", LOOK),
    Case("fence of a notebook", "```{python}\nhouse.look()\n```", LOOK),
    Case("tag of Llama 3", "<|python_tag|>house.look()<|eom_id|>", LOOK),
    Case("tag of other agents", "<execute_ipython>\nhouse.look()\n</execute_ipython>", LOOK),
    Case("tool call", f"<tool_call>{GOTO}</tool_call>", "There are no tools to call here"),
    Case("bare tool call", GOTO, "There are no tools to call here"),
    Case("upper case and blanks", "< EXECUTE >house.look()</ Execute >", LOOK),
    Case(
        "unclosed behind a thought, and a finish",
        "<thought>go</thought><execute>\nhouse.look()\n<solution>ok</solution>",
        CodeAction("house.look()", "go", "ok"),
    ),
    Case(
        "two blocks behind a thought, one unclosed",
        "<thought>go</thought><execute>a = 1\n<execute>b = 2</execute>",
        CodeAction("a = 1\nb = 2", "go"),
    ),
    Case(
        "remark on a line that opens a block",
        "<execute>for place in places:  # look everywhere\n    house.goto(place)\n</execute>",
        CodeAction("for place in places:  # look everywhere\n    house.goto(place)"),
    ),
    Case(
        "remark on such a line in a fence",
        "```python\nfor place in places:  # look everywhere\n    house.goto(place)\n```",
        CodeAction("for place in places:  # look everywhere\n    house.goto(place)"),
    ),
    Case(
        "text of several lines",
        '<execute>text = """one\n    two\n    """\n</execute>',
        CodeAction('text = """one\n    two\n    """'),
    ),
    Case("indented but for the first", "<execute>a = 1\n    b = 2\n</execute>", CodeAction("a = 1\nb = 2")),
    Case("finish unclosed", "<solution>done", Finish("done")),
    Case(
        "script and finish",
        "<execute>house.look()</execute><solution>ok</solution>",
        CodeAction("house.look()", "", "ok"),
    ),
]

JSON = [
    Case("as asked", '{"thought": "a", "tool": "house.goto", "arguments": {"receptacle": "fridge 1"}}', goto("a")),
    Case("prose before", f"I go.\n{GOTO}", goto("I go.")),
    Case("prose after", f"{GOTO}\nThat should do.", goto()),
    Case("fence", f"I go.\n```json\n{GOTO}\n```", goto("I go.")),
    Case("unclosed fence", f"```\n{GOTO}", goto()),
    Case("tags", f"<tool_call>\n{GOTO}\n</tool_call>", goto()),
    Case("wrong tags", f"<function>{GOTO}</action>", goto("<function>")),
    Case("thought in tags", f"<thought>I go.</thought>{GOTO}", goto("I go.")),
    Case("draft of a reasoning model", f'<think>{{"tool": "house.look"}} or not</think>{GOTO}', goto()),
    Case("draft begun in the prompt", f'{{"tool": "house.look"}} or not</think>{GOTO}', goto()),
    Case("draft in a thought", f'<thought>{{"tool": "house.look"}}?</thought>{GOTO}', goto('{"tool": "house.look"}?')),
    Case("call in a thought alone", f"<thought>{GOTO}</thought>", goto()),
    Case("end of the template", f"{GOTO}<|eot_id|>", goto()),
    Case("Llama's tag", f"<|python_tag|>{GOTO}<|eom_id|>", goto()),
    Case("Llama's function", f"<function=house.goto>{FRIDGE}</function>", goto()),
    Case("Llama's call in Python", '[house.goto(receptacle="fridge 1")]', "cannot run code"),
    Case("Mistral's list", f"[TOOL_CALLS] [{GOTO}]", goto()),
    Case("Mistral's name", f"[TOOL_CALLS]house.goto[CALL_ID]a1b2[ARGS]{FRIDGE}", goto()),
    Case(
        "gpt-oss", f"<|channel|>commentary to=functions.house.goto <|constrain|>json<|message|>{FRIDGE}<|call|>", goto()
    ),
    Case(
        "Kimi",
        f"<|tool_call_begin|>functions.house.goto:0<|tool_call_argument_begin|>{FRIDGE}<|tool_call_end|>",
        goto(),
    ),
    Case(
        "DeepSeek",
        f"<｜tool▁call▁begin｜>function<｜tool▁sep｜>house.goto\n```json\n{FRIDGE}\n```<｜tool▁call▁end｜>",
        goto(),
    ),
    Case(
        "Qwen's elements",
        "Go.<tool_call>\n<function=house.goto>\n<parameter=receptacle>\nfridge 1\n</parameter></function></tool_call>",
        goto("Go."),
    ),
    Case(
        "elements, twice",
        '<invoke name="gripper.open"><parameter name="width">0.05</parameter></invoke><invoke name="house.look">',
        call("gripper.open", left_out=1, width=0.05),
    ),
    Case("element cut off", "<function=house.goto><parameter=receptacle>fri", "No tool call was found"),
    Case(
        "GLM's elements",
        "<tool_call>house.goto\n<arg_key>receptacle</arg_key>\n<arg_value>fridge 1</arg_value>",
        goto(),
    ),
    Case("LangChain's ReAct", f"Thought: I go.\nAction: house.goto\nAction Input: {FRIDGE}", goto("I go.")),
    Case("an object after a word", f"I see the state {FRIDGE}", "No tool call was found"),
    Case("tool within the tool", '{"tool": {"name": "house.goto", "arguments": {"receptacle": "fridge 1"}}}', goto()),
    Case(
        "calls of gpt-4",
        f'{{"tool_uses": [{{"recipient_name": "functions.house.goto", "parameters": {FRIDGE}}}]}}',
        goto(),
    ),
    Case("labels", f"Thought: I go.\nAction: {GOTO}", goto("I go.")),
    Case("single quotes", "{'tool': 'house.goto', 'arguments': {'receptacle': 'fridge 1'}}", goto()),
    Case("apostrophe", "{'thought': 'I don't know', 'tool': 'house.look'}", call("house.look", "I don't know")),
    Case(
        "quotes in text",
        '{"thought": "see "mug 1" there", "tool": "house.look"}',
        call("house.look", 'see "mug 1" there'),
    ),
    Case("typographic quotes", "{“tool”: “house.goto”, “arguments”: {“receptacle”: “fridge 1”}}", goto()),
    Case("trailing commas", '{"tool": "house.goto", "arguments": {"receptacle": "fridge 1",},}', goto()),
    Case("missing comma", '{"tool": "house.goto"\n"arguments": {"receptacle": "fridge 1"}}', goto()),
    Case("comments", '{"tool": "house.goto", // go\n# there\n"arguments": {"receptacle": /* 1 */ "fridge 1"}}', goto()),
    Case("no quotes", "{tool: house.goto, arguments: {receptacle: fridge 1}}", goto()),
    Case(
        "literals of python",
        '{"tool": "arm.place", "arguments": {"target": (0.5, 0.1), "yaw": None}}',
        call("arm.place", target=[0.5, 0.1], yaw=None),
    ),
    Case("last brace missing", '{"tool": "house.goto", "arguments": {"receptacle": "fridge 1"}', goto()),
    Case("all braces missing", '{"tool": "house.goto", "arguments": {"receptacle": "fridge 1"', goto()),
    Case(
        "a thing that has a name",
        f'I see {{"name": "red block", "position": [0.5, 0.1]}}.\n{GOTO}',
        goto('I see {"name": "red block", "position": [0.5, 0.1]}.'),
    ),
    Case("nothing but such a thing", '{"name": "red block", "position": [0.5, 0.1]}', "red block"),
    Case(
        "an unknown tool before a known one",
        f'{{"tool": "house.fly", "arguments": {{}}}}\n{GOTO}',
        "house.fly",
    ),
    Case("text cut off", '{"tool": "house.goto", "arguments": {"receptacle": "fri', "cannot be read: a text in quotes"),
    Case("colon missing", '{"tool": "house.goto", "arguments" {"receptacle": "x"}}', "a colon is missing after"),
    Case("line break in text", '{"thought": "a\nb", "tool": "house.look"}', call("house.look", "a\nb")),
    Case("braces in text", '{"thought": "a {b} }{", "tool": "house.look"}', call("house.look", "a {b} }{")),
    Case("escapes", r'{"thought": "\u00e4\n\"", "tool": "house.look"}', call("house.look", 'ä\n"')),
    Case("windows line ends", '{\r\n"tool": "house.look",\r\n"arguments": {}\r\n}\r\n', call("house.look")),
    Case("byte order mark", f"\ufeff{GOTO}", goto()),
    Case("tabs", '{\t"tool":\t"house.look"\t}', call("house.look")),
    Case("two calls", f'{GOTO}\n{{"tool": "house.look"}}', goto(left_out=1)),
    Case("list of calls", f'[{GOTO}, {{"tool": "house.look"}}, {{"tool": "finish"}}]', goto(left_out=2)),
    Case("call and solution", f"{GOTO}<solution>done</solution>", goto(left_out=1)),
    Case("OpenAI's message", f'{{"tool_calls": [{{"id": "1", "type": "function", "function": {GOTO}}}]}}', goto()),
    Case("arguments as text", r'{"name": "house.goto", "arguments": "{\"receptacle\": \"fridge 1\"}"}', goto()),
    Case("arguments by place", '{"tool": "goto", "arguments": ["fridge 1"]}', goto()),
    Case("one bare argument", '{"tool": "goto", "arguments": "fridge 1"}', goto()),
    Case("other names of keys", '{"Action": "goto", "action_input": {"receptacle": "fridge 1"}}', goto()),
    Case("arguments beside the tool", '{"tool": "house.goto", "receptacle": "fridge 1"}', goto()),
    Case("tool as key", '{"house.goto": {"receptacle": "fridge 1"}}', goto()),
    Case("a name like a parameter", '{"action": "examine", "name": "mug 1"}', call("house.examine", name="mug 1")),
    Case("name joined otherwise", '{"tool": "functions.house_GoTo", "arguments": {"Receptacle": "fridge 1"}}', goto()),
    Case("number as name", '{"tool": "goto", "arguments": {"receptacle": 1}}', call("house.goto", receptacle="1")),
    Case(
        "numbers as text",
        '{"tool": "move_to", "arguments": {"position": "[1, 2, 3]", "yaw": "0.5"}}',
        call("arm.move_to", position=[1, 2, 3], yaw=0.5),
    ),
    Case(
        "unknown tool", '{"tool": "house.goo", "arguments": {}}', "unknown tool 'house.goo'. Did you mean 'house.goto'?"
    ),
    Case("ambiguous tool", '{"tool": "open", "arguments": {}}', "write house.open or gripper.open"),
    Case(
        "unknown argument",
        '{"tool": "goto", "arguments": {"receptacel": "x"}}',
        "Did you mean 'receptacle'? Its signature",
    ),
    Case("missing argument", '{"tool": "take", "arguments": {"object": "mug 1"}}', "house.take() needs 'receptacle'"),
    Case("too many arguments", '{"tool": "look", "arguments": [1, 2]}', "takes no arguments, not 2"),
    Case("no call", '{"observation": "a fridge"}', "No tool call was found in your reply. Reply with one JSON"),
    Case("empty object", "{}", "No tool call was found"),
    Case("nothing", " ", "No tool call was found"),
    Case("prose only", "Which mug?", UserMessage("Which mug?")),
    Case("prose with braces", "Is it {this} one?", "cannot be read"),
    Case("code", "<execute>house.look()</execute>", "cannot run code"),
    Case("fenced code", "```python\nhouse.look()\n```", "cannot run code"),
    Case("text action", "Action: go to fridge 1", "you act by JSON"),
    Case("finish", '{"tool": "finish", "arguments": {"answer": "done"}}', Finish("done")),
    Case("finish with a number", '{"tool": "Finish", "arguments": 42}', Finish("42")),
    Case("finish without words", '{"tool": "finish"}', Finish("")),
    Case("solution", "<solution>done</solution>", Finish("done")),
]

TEXT = [
    Case("as asked", "Thought: a\nAction: go to fridge 1", goto("a")),
    Case("act", "Act: go to fridge 1", goto()),
    Case("command", "Command: go to fridge 1", goto()),
    Case("my next action", "My action: go to fridge 1", goto()),
    Case("both in a line", "Thought: It may be there. Action: go to fridge 1", goto("It may be there.")),
    Case("tags", "<thought>I look\nlook\n</thought>\n<action>go to fridge 1</action>", goto("I look look")),
    Case("draft begun in the prompt", "Action: look\n</think>\nAction: go to fridge 1", goto()),
    Case("end of the template", "Action: go to fridge 1<|im_end|>", goto()),
    Case("remark", "Action: go to fridge 1  # the mug may be there", goto()),
    Case("remark in brackets", "Action: go to fridge 1 (to find the mug)", goto()),
    Case("two in a line", "Action: go to fridge 1; open fridge 1", goto(left_out=1)),
    Case("and then", "Action: go to fridge 1, then open it. Then look.", goto(left_out=2)),
    Case("tool call", "<function=house.goto><parameter=receptacle>fridge 1</parameter></function>", "not by JSON"),
    Case("bold labels", "**Thought:** a\n**Action:** go to fridge 1", goto("a")),
    Case("numbered", "Thought 1: a\nAction 1: go to fridge 1", goto("a")),
    Case("list", "1. Action: go to fridge 1", goto()),
    Case("prompt", "> go to fridge 1", goto()),
    Case("interpreter's prompt", '>>> house.goto("fridge 1")', goto()),
    Case("think at a prompt", "> think: a\n> go to fridge 1", goto("a")),
    Case("bare", "go to fridge 1", goto()),
    Case("bare after prose", "First the fridge.\ngo to fridge 1", goto("First the fridge.")),
    Case("bare after a thought", "Thought: a\nb\ngo to fridge 1", goto("a\nb")),
    Case("fence", "```\ngo to fridge 1\n```", goto()),
    Case("fence after the label", "Action:\n```text\ngo to fridge 1\n```", goto()),
    Case("next line", "Action:\n\n  go to fridge 1", goto()),
    Case("windows line ends", "Thought: a\r\nAction: go to fridge 1\r\n", goto("a")),
    Case("byte order mark", "\ufeffAction: go to fridge 1", goto()),
    Case("tabs and case", "\tACTION:\tGo To  fridge 1", goto()),
    Case("role", "Assistant: go to fridge 1", goto()),
    Case("trailing period", "Action: go to fridge 1.", goto()),
    Case("in quotes", 'Action: "go to fridge 1"', goto()),
    Case("name in quotes", "Action: go to 'fridge 1'", goto()),
    Case("in backticks", "Action: `go to fridge 1`", goto()),
    Case("in brackets", "Action: [go to fridge 1]", goto()),
    Case("article", "Action: go to the fridge 1", goto()),
    Case("braces of the template", "Action: go to {fridge 1}", goto()),
    Case("in/on", "Action: put mug 1 in/on desk 1", call("house.put", object="mug 1", receptacle="desk 1")),
    Case("on", "Action: put the mug 1 on the desk 1.", call("house.put", object="mug 1", receptacle="desk 1")),
    Case("newer words", "Action: move mug 1 to desk 1", call("house.put", object="mug 1", receptacle="desk 1")),
    Case("call", "Action: pick(red block)", call("arm.pick", object="red block")),
    Case("call with quotes", "Action: arm.pick('red block', force=5)", call("arm.pick", object="red block", force=5)),
    Case("call without brackets", "Action: pick red block", call("arm.pick", object="red block")),
    Case("call unclosed", "Action: pick(red block", call("arm.pick", object="red block")),
    Case("point", "Action: place([0.5, 0.1])", call("arm.place", target=[0.5, 0.1])),
    Case("point without brackets", "Action: place [0.5, 0.1]", call("arm.place", target=[0.5, 0.1])),
    Case(
        "by place and by name",
        "Action: arm.move_to([0.5, 0, 0.2], yaw=0.3, touching=['red block'])",
        call("arm.move_to", position=[0.5, 0, 0.2], yaw=0.3, touching=["red block"]),
    ),
    Case("colons for names", "Action: goto(receptacle: fridge 1)", goto()),
    Case("action input", 'Action: house.goto\nAction Input: {"receptacle": "fridge 1"}', goto()),
    Case("action input as text", "Action: goto\nAction Input: fridge 1", goto()),
    Case("made up observation", "Action: go to fridge 1\nObservation: It is open.\nAction: look", goto()),
    Case("observation in the line", "Action: go to fridge 1 Observation: It is open.", goto()),
    Case("two actions", "Action: go to fridge 1\nAction: look", goto(left_out=1)),
    Case("two bare commands", "go to fridge 1\nlook", goto(left_out=1)),
    Case("two calls", "Action: pick(red block); place(blue bowl)", call("arm.pick", left_out=1, object="red block")),
    Case("two sentences", "Action: pick(red block). place([0, 1])", call("arm.pick", left_out=1, object="red block")),
    Case(
        "two calls in words", "Action: pick(red block), then home()", call("arm.pick", left_out=1, object="red block")
    ),
    Case("remark on a call", "Action: pick(red block)  # (the near one)", call("arm.pick", object="red block")),
    Case("brackets in a call", "Action: pick('a (b) c'); home()", call("arm.pick", left_out=1, object="a (b) c")),
    Case("state", "Action: state", call("state")),
    Case("state of the fingers", "Action: gripper.state()", call("gripper.state")),
    Case("unknown command", "Action: walk to fridge 1", "'walk to fridge 1' is no command here. There are: go to"),
    Case("command half known", "Action: take mug 1", "Write it as: take {object} from {receptacle}"),
    Case("ambiguous call", "Action: open(x, y)", "write house.open or gripper.open"),
    Case("unknown call", "Action: grab(red block)", "'grab(red block)' is no command here. There are"),
    Case("missing argument", "Action: pick()", "arm.pick() needs 'object'. Its signature: arm.pick(object: str"),
    Case("empty action", "Thought: a\nAction:", "Your action is empty"),
    Case("thought only", "Thought: a", "No action was found in your reply. Reply with these two lines"),
    Case("nothing", "\n", "No action was found"),
    Case("prose only", "Which mug do you mean?", UserMessage("Which mug do you mean?")),
    Case(
        "prose like a command",
        "Open the fridge and the drawers, I guess.",
        UserMessage("Open the fridge and the drawers, I guess."),
    ),
    Case("finish as prose", "Finish the work with the mug", UserMessage("Finish the work with the mug")),
    Case("json", GOTO, "not by JSON"),
    Case("code", "<execute>house.look()</execute>", "cannot run code"),
    Case("finish", "Thought: a\nAction: finish(all done)", Finish("all done", "a")),
    Case("finish of ReAct", "Action: Finish[all done; then some. More]", Finish("all done; then some. More")),
    Case("finish with brackets", "Action: finish(done (both))", Finish("done (both)")),
    Case("finish in quotes", 'Action: finish(answer="done")', Finish("done")),
    Case("final answer", "Final Answer: done", Finish("done")),
    Case("solution", "<solution>done</solution>", Finish("done")),
]

MALFORMED = {"code": CODE, "json": JSON, "text": TEXT}
