"""Regular expressions for phrases of service dialogues, which VADER's word scores do not cover.

Each is searched in the lower-cased text of one turn, with typographic apostrophes replaced. They are general
English, not taken from any data set.
"""

import re

CUSTOMER = {
    "complains": (
        r"\b(still|again|yet) (not|no|isn't|doesn't|hasn't|won't)\b|\bnot work|n't work|\bdoes not work|\bbroken\b"
        r"|\b(third|fourth|fifth|3rd|[4-9]th) time\b|\bcharged\b.{0,20}\btwice\b"
        r"|\b(call|phon|rang|ask|told|tr(y|ied)|said|contact|explain|report|wrote|email|cut off|transfer)\w*\b.{0,40}"
        r"\b(twice|over and over|(two|three|four|five|six|several|many|\d+) times)\b"
        r"|\bon hold\b|\b(been|still|kept|keep) waiting\b|\bwaited\b"
        r"|\bno ?(one|body) (called|answer|came|help|has)|\bcalled back\b"
        r"|\b(wrong|overcharged|charged twice|double charged|useless|ridiculous|unacceptable|terrible|awful"
        r"|frustrat\w*|annoy\w*|disappoint\w*|worst|waste of|fed up|nonsense|stupid|pathetic)\b|\b(is this|this is|what) a joke\b"
        r"|\banother (robot|bot|machine|recording)\b|\bnot what i (asked|wanted|ordered|meant|said)\b"
        r"|\bi('ve| have)? already (told|said|gave|given|asked|explained)\b"
        r"|\b(complain\w*|stop calling|scam|rude|how many times|why (can't|won't))\b"
    ),
    "escalates": (
        r"\b(speak|talk|connect|put|transfer|get|want|need|see)\b.{0,30}"
        r"\b(supervisor|manager|human|real person|someone else|representative)\b(?! (rights|being))"
        r"|\b(lawyer|sue|legal action|complaint|refund|money back|switch(ing)? (to|provider)|close my account|leave you)\b"
        r"|\bcancel (my|the|this) (subscription|account|contract|service|membership|policy|whole)\b"
    ),
    "corrects": (
        r"^(no|nope|nah|wait|actually)\b(?!.*\b(all|thanks?|thank)\b)[ ,.!-]+\w|\bnot what i\b|\bi (said|meant|told you|already|asked)\b"
        r"|\bi didn't (ask|say|mean)|\bthat's (not|wrong)\b|\bthat is (not|wrong)\b|\byou (misunder|didn't|did not|don't)"
        r"|\binstead\b|\brather\b|\bnot (that|the|a)\b"
    ),
    "gives_up": (
        r"\bnever ?mind\b|\bforget (it|about)|\bwhatever\b|\bdon't bother\b|\bi'll (just )?(call|go|try) (back|else)"
        r"|\bi give up\b|\bleave it\b|\bdoesn't matter\b|\bno thanks\b"
    ),
    "asks_for_another": r"\b(how about|what about|any other|another|something else|different|other (options?|ones?)|try)\b",
    "thanks": r"\b(thanks?|thank you|thx|appreciate|grateful)\b",
    "praises": (
        r"\b(great|perfect|excellent|awesome|wonderful|fantastic|amazing|brilliant|lovely|superb|love (it|that|this))\b"
        r"|\b(sounds? (good|great|perfect)|good (idea|job|to know)|very helpful|that helps|so much|works for me)\b"
    ),
    "closes": r"\b(bye|goodbye|good day|have a (good|great|nice)|that's all|that is all|that will be all|all i need(ed)?)\b",
    "agrees": r"^(yes|yeah|yep|yup|sure|ok|okay|alright|right|correct|exactly|that's right|please do)\b",
    "declines": r"^(no|nope|nah|not really|i don't|i do not)\b",
    "unsure": r"\b(not sure|don't know|do not know|no idea|i guess|maybe|no preference|doesn't matter|don't care|hmm+|um+|uh+)\b",
    "dislikes": r"\b(don't like|do not like|didn't like|dislike|hate|hated|not (a )?(big )?fan|boring|not into|not interested)\b",
    "likes": r"\b(i like|i liked|i love|i loved|i enjoy|enjoyed|favou?rite|interesting|fun|funny|good)\b",
    "asks": r"\?|^(what|when|where|who|which|how|is|are|do|does|did|can|could|will|would)\b",
    "requests": r"\b(i need|i want|i'd like|i would like|i'm looking|looking for|can you|could you|please)\b",
    "but": r"\b(but|however|although|though)\b",
}
AGENT = {
    "agent_sorry": r"\b(sorry|apologi[sz]e|apologies|unfortunately|regret|afraid)\b",
    "agent_cannot": (
        r"\b(can't|cannot|can not|couldn't|could not|unable|not (able|available|possible|found|find)|isn't available"
        r"|no (results?|match\w*|rooms?|tables?|availability|such)|don't have|do not have|there (are|is) no(t|ne)?\b"
        r"|didn't find|not any|none|unsuccessful|failed|fully booked|was not)\b"
    ),
    "agent_misunderstands": (
        r"\b(didn't (understand|catch|get)|did not (understand|catch)|don't understand|do not understand|pardon|rephrase"
        r"|repeat (that|it|your)|say (that|it) again|what do you mean|could you clarify|not sure (what|i understand))\b"
    ),
    "agent_succeeds": (
        r"\b(booked|confirmed|confirmation|reference (number)?|successful\w*|reserved|reservation (is|was)|all set|done"
        r"|taken care|credited|refunded|fixed|resolved|scheduled)\b"
    ),
    "agent_offers": r"\b(would you like|shall i|may i|do you want|can i (help|book|get)|how about|i (can|recommend|suggest))\b",
    "agent_anything_else": r"\b(anything else|something else|else (i|can)|further)\b",
    "agent_asks": r"\?",
    "agent_closes": r"\b(welcome|goodbye|bye|have a (great|good|nice|wonderful)|enjoy|glad)\b",
}

# Courtesies and domain words that VADER scores as feelings.
COURTESY = re.compile(
    r"\b(please|thanks?|thank you|welcome|help\w*|hello|hi|dear|yes|yeah|ok|okay|sure|well|like|free|credit|interest\w*"
    r"|number|problem|kind|good (morning|afternoon|evening|day)|cheap|great|no|want|care|fine|hold)\b"
)

CUSTOMER_PATTERNS = {name: re.compile(pattern) for name, pattern in CUSTOMER.items()}
AGENT_PATTERNS = {name: re.compile(pattern) for name, pattern in AGENT.items()}
